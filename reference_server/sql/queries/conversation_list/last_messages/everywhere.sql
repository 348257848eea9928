-- The last messages $1 of several conversations at once, sent at $2.
-- Looked for in messages_archive too.
SELECT last_one.id, last_one.conversation_id, last_one.sender_id, last_one.content, last_one.type, last_one.created_at
FROM messages_everywhere AS last_one
WHERE last_one.id = ANY ($1::uuid[]) AND cardinality($2::timestamptz[]) > 0;
