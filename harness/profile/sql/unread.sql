-- Unread messages of a member in a conversation: a histogram over the members of sampled conversations.
SELECT {bucket} AS bucket, count(*) AS members, sum(n) AS messages
FROM {conversations} AS c TABLESAMPLE BERNOULLI ({conversations_percent}) REPEATABLE (1)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE NOT coalesce({is_read}, false)) AS n
    FROM {messages} AS m WHERE m.{conversation} = c.{conversation_id} GROUP BY m.{receiver}
) AS counted
GROUP BY 1 ORDER BY 1;
