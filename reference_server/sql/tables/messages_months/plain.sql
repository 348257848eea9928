-- add_messages_month, which makes the data's months and those to come, as pg_partman would add them.
-- Each is made apart and attached, since CREATE TABLE … PARTITION OF would stop every reader of messages.
-- No default partition: a message outside every month is refused rather than hidden in a heap that nothing prunes.
CREATE FUNCTION add_messages_month(month DATE) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    name TEXT := 'messages_' || to_char(month, 'YYYY_MM');
    month_from TIMESTAMPTZ := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    month_to TIMESTAMPTZ := (date_trunc('month', month::timestamp) + INTERVAL '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE messages INCLUDING ALL)', name);
    PERFORM store_as_the_month_before(to_regclass(name));
    EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month_from, month_to);
END
$$;
