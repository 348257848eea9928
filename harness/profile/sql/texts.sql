-- Bytes of a message's text: a histogram over sampled messages.
SELECT {bucket} AS bucket, count(*) AS messages, sum(n) AS octets, sum(characters) AS characters
FROM (
    SELECT octet_length(m.{text}) AS n, char_length(m.{text}) AS characters
    FROM {messages} AS m TABLESAMPLE SYSTEM ({messages_percent}) REPEATABLE (1)
    WHERE m.{text} IS NOT NULL
) AS measured
GROUP BY 1 ORDER BY 1;
