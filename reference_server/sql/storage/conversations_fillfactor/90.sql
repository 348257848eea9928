-- Blocks of conversations are filled to 90 %, so that the unread counters and the last message can write a row's next version beside it (HOT).
DO $$
DECLARE
    leaf REGCLASS;
BEGIN
    FOR leaf IN SELECT relid FROM pg_partition_tree('conversations') WHERE isleaf LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 90)', leaf);
    END LOOP;
END
$$;
