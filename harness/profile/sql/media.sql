-- Messages with media, and with a text beside them, by type, of sampled messages. Other words than these are not read.
-- An empty list is no media, and neither is a flag that says so.
SELECT CASE WHEN ({type})::text IN ('image', 'video', 'file') THEN ({type})::text END AS type, count(*) AS messages,
    count(*) FILTER (WHERE ({media})::text NOT IN ('', '[]', '{}', 'null', 'false')) AS with_media,
    count(*) FILTER (
        WHERE ({media})::text NOT IN ('', '[]', '{}', 'null', 'false') AND m.{text} IS NOT NULL
    ) AS captioned
FROM {messages} AS m TABLESAMPLE SYSTEM ({messages_percent}) REPEATABLE (1)
GROUP BY 1 ORDER BY 1;
