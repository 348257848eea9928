-- Messages partitioned by month of created_at (schema-report §9.2): the data's months, this month and the next.
-- The data's first and last day come from the settings chatbench.data_from and chatbench.data_to.
-- No default partition: a message outside every month is refused rather than hidden in a heap that nothing prunes.
CREATE TABLE messages (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    conversation_id UUID NOT NULL,
    sender_id UUID NOT NULL,
    receiver_id UUID NOT NULL,
    type VARCHAR(20) NOT NULL DEFAULT 'text',
    content TEXT,
    media JSONB,
    is_read BOOLEAN DEFAULT FALSE,
    read_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
) PARTITION BY RANGE (created_at);

DO $$
DECLARE
    data_from DATE := coalesce(nullif(current_setting('chatbench.data_from', true), ''), '2023-01-01')::date;
    data_to DATE := coalesce(nullif(current_setting('chatbench.data_to', true), ''), '2025-12-31')::date;
    today DATE := (now() AT TIME ZONE 'UTC')::date;
    month DATE;
BEGIN
    FOR month IN
        SELECT generate_series(date_trunc('month', data_from::timestamp), data_to::timestamp, INTERVAL '1 month')
        UNION
        SELECT generate_series(date_trunc('month', today::timestamp), today::timestamp + INTERVAL '1 month', INTERVAL '1 month')
        ORDER BY 1
    LOOP
        EXECUTE format(
            'CREATE TABLE messages_%s PARTITION OF messages FOR VALUES FROM (%L) TO (%L)',
            to_char(month, 'YYYY_MM'),
            month::timestamp AT TIME ZONE 'UTC',
            (month + INTERVAL '1 month') AT TIME ZONE 'UTC'
        );
    END LOOP;
END
$$;
