-- Blocks of messages are filled to 90 %, so that mark-read can write a row's next version beside it (HOT).
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
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 90)', leaf);
    END LOOP;
END
$$;
