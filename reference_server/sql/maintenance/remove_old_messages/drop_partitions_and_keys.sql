-- Months older than a year go as whole partitions, but their ids must be deleted from message_keys one by one.
-- when: EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'messages'::regclass AND partstrat = 'r') AND to_regclass('message_keys') IS NOT NULL
-- The table that keeps ids unique across months takes back most of what dropping months gives.
-- Detaching and dropping lock messages, and users and conversations with their foreign keys: waiting for one of these
-- with another held has deadlocked with sends, so each waits 100 ms at most, lets go of all, and tries again.
-- "A year" is counted from the setting chatbench.as_of, or from now; the keys deleted are told in chatbench.rows.
DO $$
DECLARE
    cutoff TIMESTAMPTZ :=
        coalesce(nullif(current_setting('chatbench.as_of', true), '')::timestamptz, now()) - INTERVAL '1 year';
    month RECORD;
    statement TEXT;
    removed BIGINT;
    total BIGINT := 0;
    retries BIGINT := 0;
BEGIN
    PERFORM set_config('lock_timeout', '100ms', false);
    FOR month IN
        SELECT i.inhrelid::regclass AS name,
               (SELECT sum(greatest(l.reltuples, 0))::bigint FROM pg_partition_tree(i.inhrelid) AS t
                JOIN pg_class AS l ON l.oid = t.relid AND t.isleaf) AS estimated
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'messages'::regclass
          AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz <= cutoff
    LOOP
        FOREACH statement IN ARRAY ARRAY[
            format('ALTER TABLE messages DETACH PARTITION %s', month.name),
            format('DELETE FROM message_keys AS k USING %s AS m WHERE k.id = m.id', month.name),
            format('DROP TABLE %s', month.name)
        ] LOOP
            LOOP
                BEGIN
                    EXECUTE statement;
                    GET DIAGNOSTICS removed = ROW_COUNT;
                    EXIT;
                EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
                    retries := retries + 1;
                END;
                COMMIT;
                PERFORM pg_sleep(0.02);
            END LOOP;
            COMMIT;
            total := total + removed;
        END LOOP;
    END LOOP;
    PERFORM set_config('chatbench.rows', total::text, false), set_config('chatbench.retries', retries::text, false);
END
$$;
