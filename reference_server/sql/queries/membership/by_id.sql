-- Is $2 a member of conversation $1? Asked only when an answer came back empty.
SELECT 1 FROM conversations AS joined
WHERE joined.id = $1 AND (joined.user1_id = $2 OR joined.user2_id = $2);
