-- The $4 messages to or from $1 that follow the cursor ($2, $3), the earliest first.
-- The time alone is said too: a comparison of rows does not prune partitions.
SELECT
    missed.id, missed.conversation_id, missed.sender_id, missed.receiver_id, missed.type, missed.content, missed.media,
    missed.is_read, missed.read_at, missed.created_at
FROM messages AS missed
WHERE (missed.receiver_id = $1 OR missed.sender_id = $1)
    AND missed.created_at >= $2
    AND (missed.created_at, missed.id) > ($2, $3)
ORDER BY missed.created_at, missed.id
LIMIT $4;
