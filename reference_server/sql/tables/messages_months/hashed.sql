-- Months as in plain, each in 4 partitions by hash of the conversation: smaller indexes, four times as many of them.
CREATE FUNCTION add_messages_month(month DATE) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
    name TEXT := 'messages_' || to_char(month, 'YYYY_MM');
    month_from TIMESTAMPTZ := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    month_to TIMESTAMPTZ := (date_trunc('month', month::timestamp) + INTERVAL '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE messages INCLUDING ALL) PARTITION BY HASH (conversation_id)', name);
    FOR remainder IN 0..3 LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 4, REMAINDER %s)',
            name || '_' || remainder,
            name,
            remainder
        );
    END LOOP;
    PERFORM store_as_the_month_before(to_regclass(name));
    EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month_from, month_to);
END
$$;
