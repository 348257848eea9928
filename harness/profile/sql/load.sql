-- When messages are sent (UTC): by hour of the day, by weekday from Monday, and by month, of sampled messages. Moments
-- are cut to the hour; those before 1970, in the future and at infinity are none.
SELECT hour, weekday, month, count(*) AS messages, min(sent) AS first, max(sent) AS last
FROM (
    SELECT date_trunc('hour', sent) AS sent,
        extract(hour FROM sent)::int AS hour,
        extract(isodow FROM sent)::int - 1 AS weekday,
        date_trunc('month', sent) AS month
    FROM (
        SELECT m.{created_at} AT TIME ZONE 'UTC' AS sent
        FROM {messages} AS m TABLESAMPLE SYSTEM ({messages_percent}) REPEATABLE (1)
    ) AS sampled
    WHERE sent >= '1970-01-01' AND sent <= now() AT TIME ZONE 'UTC'
) AS dated
GROUP BY GROUPING SETS ((hour), (weekday), (month)) ORDER BY hour, weekday, month;
