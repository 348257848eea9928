-- Messages of a conversation, where no index helps: one pass over all messages.
SELECT {bucket} AS bucket, count(*) AS conversations, sum(n) AS messages
FROM (SELECT count(*) AS n FROM {messages} AS m WHERE m.{conversation} IS NOT NULL GROUP BY m.{conversation}) AS counted
GROUP BY 1 ORDER BY 1;
