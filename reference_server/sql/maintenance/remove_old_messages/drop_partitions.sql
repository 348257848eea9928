-- Months older than a year go as whole partitions: detached, then dropped, one month to a commit.
-- when: EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'messages'::regclass AND partstrat = 'r') AND to_regclass('message_keys') IS NULL
-- Detaching locks messages for as long as it waits for running statements; the files themselves go at once.
-- "A year" is counted from the setting chatbench.as_of, or from now; the rows told in chatbench.rows are the planner's.
DO $$
DECLARE
    cutoff TIMESTAMPTZ :=
        coalesce(nullif(current_setting('chatbench.as_of', true), '')::timestamptz, now()) - INTERVAL '1 year';
    month RECORD;
    total BIGINT := 0;
BEGIN
    FOR month IN
        SELECT i.inhrelid::regclass AS name,
               (SELECT sum(greatest(l.reltuples, 0))::bigint FROM pg_partition_tree(i.inhrelid) AS t
                JOIN pg_class AS l ON l.oid = t.relid AND t.isleaf) AS estimated
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'messages'::regclass
          AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz <= cutoff
    LOOP
        EXECUTE format('ALTER TABLE messages DETACH PARTITION %s', month.name);
        COMMIT;
        EXECUTE format('DROP TABLE %s', month.name);
        COMMIT;
        total := total + month.estimated;
    END LOOP;
    PERFORM set_config('chatbench.rows', total::text, false);
END
$$;
