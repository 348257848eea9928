-- Blocks of messages are filled to 90 %, so that mark-read can write a row's next version beside it (HOT).
DO $$
DECLARE
    leaf REGCLASS;
BEGIN
    FOR leaf IN SELECT relid FROM pg_partition_tree('messages') WHERE isleaf LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 90)', leaf);
    END LOOP;
END
$$;
