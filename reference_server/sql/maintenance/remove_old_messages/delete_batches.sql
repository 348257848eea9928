-- Messages older than a year go in batches: 256 blocks of the heap and one commit each, so that no lock is held long.
-- when: NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'messages'::regclass AND partstrat = 'r')
-- Walking the heap by ctid reads each block once, without an index on created_at. The space is for VACUUM to reuse.
-- "A year" is counted from the setting chatbench.as_of, or from now; the rows removed are told in chatbench.rows.
DO $$
DECLARE
    cutoff TIMESTAMPTZ :=
        coalesce(nullif(current_setting('chatbench.as_of', true), '')::timestamptz, now()) - INTERVAL '1 year';
    batch_blocks CONSTANT BIGINT := 256;
    keys TEXT := CASE WHEN to_regclass('message_keys') IS NULL THEN 'SELECT FROM gone'
                      ELSE 'DELETE FROM message_keys AS k USING gone WHERE k.id = gone.id' END;
    leaf REGCLASS;
    first_block BIGINT;
    removed BIGINT;
    total BIGINT := 0;
BEGIN
    FOR leaf IN
        SELECT relid FROM pg_partition_tree('messages') WHERE isleaf
        UNION ALL
        SELECT oid FROM pg_class WHERE oid = 'messages'::regclass AND relkind = 'r'
    LOOP
        FOR first_block IN
            SELECT generate_series(0, pg_relation_size(leaf) / current_setting('block_size')::bigint, batch_blocks)
        LOOP
            EXECUTE format(
                'WITH gone AS (DELETE FROM %s WHERE ctid >= $1 AND ctid < $2 AND created_at < $3 RETURNING id), '
                'keys AS (%s) SELECT count(*) FROM gone',
                leaf, keys
            ) INTO removed USING
                format('(%s,0)', first_block)::tid, format('(%s,0)', first_block + batch_blocks)::tid, cutoff;
            total := total + removed;
            COMMIT;
        END LOOP;
    END LOOP;
    PERFORM set_config('chatbench.rows', total::text, false);
END
$$;
