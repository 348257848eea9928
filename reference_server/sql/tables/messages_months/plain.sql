-- The data's months, this month and the next, and add_messages_month for those to come, as pg_partman would add them.
-- Each is made apart and attached, since CREATE TABLE … PARTITION OF would stop every reader of messages.
-- No default partition: a message outside every month is refused rather than hidden in a heap that nothing prunes.
-- The data's first and last day come from the settings chatbench.data_from and chatbench.data_to.
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
    EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month_from, month_to);
END
$$;

DO $$
DECLARE
    data_from DATE := coalesce(nullif(current_setting('chatbench.data_from', true), ''), '2023-01-01')::date;
    data_to DATE := coalesce(nullif(current_setting('chatbench.data_to', true), ''), '2025-12-31')::date;
    today DATE := (now() AT TIME ZONE 'UTC')::date;
BEGIN
    PERFORM add_messages_month(month::date)
    FROM (
        SELECT generate_series(date_trunc('month', data_from::timestamp), data_to::timestamp, INTERVAL '1 month') AS month
        UNION
        SELECT generate_series(date_trunc('month', today::timestamp), today::timestamp + INTERVAL '1 month', INTERVAL '1 month')
        ORDER BY month
    ) AS months;
END
$$;
