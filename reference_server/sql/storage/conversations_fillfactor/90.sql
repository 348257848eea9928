-- Blocks of conversations are filled to 90 %, so that the unread counters and the last message can write a row's next version beside it (HOT).
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
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 90)', leaf);
    END LOOP;
END
$$;
