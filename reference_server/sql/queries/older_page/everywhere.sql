-- The $5 messages of conversation $1 before the cursor ($3, $4), for its member $2.
-- The view appends messages_archive: both page indexes are merged in order.
SELECT
    older.id, older.sender_id, older.receiver_id, older.type, older.content, older.media,
    older.is_read, older.read_at, older.created_at
FROM messages_everywhere AS older
WHERE older.conversation_id = $1
    AND (older.created_at, older.id) < ($3, $4)
    AND EXISTS (
        SELECT 1 FROM conversations AS own_older
        WHERE own_older.id = $1 AND ($2 = own_older.user1_id OR $2 = own_older.user2_id)
    )
ORDER BY older.created_at DESC, older.id DESC
LIMIT $5;
