-- Messages of a conversation: a histogram over sampled conversations, each counted by the index.
SELECT {bucket} AS bucket, count(*) AS conversations, sum(n) AS messages
FROM (
    SELECT (SELECT count(*) FROM {messages} AS m WHERE m.{conversation} = c.{conversation_id}) AS n
    FROM {conversations} AS c TABLESAMPLE BERNOULLI ({conversations_percent}) REPEATABLE (1)
) AS counted
GROUP BY 1 ORDER BY 1;
