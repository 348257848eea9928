-- How a new month stores its rows: as the newest month there is (fillfactor, autovacuum), whoever set that. LIKE copies
-- no such options, and those of a partitioned table would mean nothing.
CREATE FUNCTION store_as_the_month_before(month REGCLASS) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    options TEXT := (
        SELECT array_to_string(newest.reloptions, ', ')
        FROM pg_partition_tree('messages') AS tree JOIN pg_class AS newest ON newest.oid = tree.relid
        WHERE tree.isleaf AND newest.relname ~ '^messages_[0-9]'
        ORDER BY newest.relname DESC
        LIMIT 1
    );
    leaf REGCLASS;
BEGIN
    IF options IS NULL THEN
        RETURN;
    END IF;
    FOR leaf IN
        SELECT relid FROM pg_partition_tree(month) WHERE isleaf
        UNION ALL
        SELECT oid FROM pg_class WHERE oid = month AND relkind = 'r'
    LOOP
        EXECUTE format('ALTER TABLE %s SET (%s)', leaf, options);
    END LOOP;
END
$$;
