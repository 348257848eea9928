-- The $4 messages of user $1's conversations that follow the cursor ($2, $3), the earliest first.
-- By conversation, since the page index finds the new ones there; a conversation whose last message is older has none.
-- The time alone is said too: a comparison of rows does not prune partitions.
-- Without what was deleted.
SELECT
    missed.id, missed.conversation_id, missed.sender_id, missed.receiver_id, missed.type, missed.content, missed.media,
    missed.is_read, missed.read_at, missed.created_at
FROM conversations AS awake
JOIN messages AS missed ON missed.conversation_id = awake.id
WHERE (awake.user1_id = $1 OR awake.user2_id = $1)
    AND awake.last_message_at >= $2
    AND missed.created_at >= $2
    AND missed.deleted_at IS NULL
    AND (missed.created_at, missed.id) > ($2, $3)
ORDER BY missed.created_at, missed.id
LIMIT $4;
