-- Months as in plain, and a DEFAULT partition that takes what fits none; a month added later moves its rows out of it.
-- Attaching a month must first read the whole default partition, to know that none of its rows belongs there.
CREATE TABLE messages_default PARTITION OF messages DEFAULT;

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
    EXECUTE format(
        'WITH moved AS (DELETE FROM messages_default WHERE created_at >= $1 AND created_at < $2 RETURNING *) '
        'INSERT INTO %I SELECT * FROM moved',
        name
    ) USING month_from, month_to;
    PERFORM store_as_the_month_before(to_regclass(name));
    EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month_from, month_to);
END
$$;
