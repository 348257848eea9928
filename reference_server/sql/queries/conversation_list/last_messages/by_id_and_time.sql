-- The last messages $1 of several conversations at once, sent at $2: the time finds the partition.
SELECT last_one.id, last_one.conversation_id, last_one.sender_id, last_one.content, last_one.type, last_one.created_at
FROM unnest($1::uuid[], $2::timestamptz[]) AS wanted (id, created_at)
JOIN messages AS last_one ON last_one.id = wanted.id AND last_one.created_at = wanted.created_at;
