-- Months older than a year go as whole partitions, but their ids must be deleted from message_keys one by one.
-- when: EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'messages'::regclass AND partstrat = 'r') AND to_regclass('message_keys') IS NOT NULL
-- The table that keeps ids unique across months takes back most of what dropping months gives.
-- "A year" is counted from the setting chatbench.as_of, or from now; the keys deleted are told in chatbench.rows.
DO $$
DECLARE
    cutoff TIMESTAMPTZ :=
        coalesce(nullif(current_setting('chatbench.as_of', true), '')::timestamptz, now()) - INTERVAL '1 year';
    month REGCLASS;
    removed BIGINT;
    total BIGINT := 0;
BEGIN
    FOR month IN
        SELECT i.inhrelid::regclass
        FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'messages'::regclass
          AND substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)')::timestamptz <= cutoff
    LOOP
        EXECUTE format('ALTER TABLE messages DETACH PARTITION %s', month);
        COMMIT;
        EXECUTE format('DELETE FROM message_keys AS k USING %s AS m WHERE k.id = m.id', month);
        GET DIAGNOSTICS removed = ROW_COUNT;
        EXECUTE format('DROP TABLE %s', month);
        COMMIT;
        total := total + removed;
    END LOOP;
    PERFORM set_config('chatbench.rows', total::text, false);
END
$$;
