-- The data's months, this month and the next, by the function that makes the others later.
-- The data's first and last day come from the settings chatbench.data_from and chatbench.data_to.
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
