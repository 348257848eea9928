-- Every send updates a row of conversations: dead rows go early, without the pauses that spare slow disks.
DO $$
DECLARE
    leaf REGCLASS;
BEGIN
    -- pg_partition_tree answers nothing for a table that has no partitions
    FOR leaf IN
        SELECT relid FROM pg_partition_tree('conversations') WHERE isleaf
        UNION ALL
        SELECT oid FROM pg_class WHERE oid = to_regclass('conversations') AND relkind = 'r'
    LOOP
        EXECUTE format(
            'ALTER TABLE %s SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, '
            'autovacuum_vacuum_cost_delay = 0)',
            leaf
        );
    END LOOP;
END
$$;
