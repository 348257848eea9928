-- Messages are vacuumed after a fixed number of changes: a fifth of a large table is months of dead rows.
DO $$
DECLARE
    leaf REGCLASS;
BEGIN
    -- pg_partition_tree answers nothing for a table that has no partitions
    FOR leaf IN
        SELECT relid FROM pg_partition_tree('messages') WHERE isleaf
        UNION ALL
        SELECT oid FROM pg_class WHERE oid = to_regclass('messages') AND relkind = 'r'
    LOOP
        EXECUTE format(
            'ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, '
            'autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000, '
            'autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 10000)',
            leaf
        );
    END LOOP;
END
$$;
