-- The last messages $1 of several conversations at once, sent at $2.
SELECT last_one.id, last_one.conversation_id, last_one.sender_id, last_one.content, last_one.type, last_one.created_at
FROM messages AS last_one
WHERE last_one.id = ANY ($1::bigint[]) AND cardinality($2::timestamptz[]) > 0;
