-- The $4 messages of conversation $1 after the newest $3, for its member $2.
-- All $3 are read and thrown away, and a message sent meanwhile moves every place by one.
SELECT
    older.id, older.sender_id, older.receiver_id, older.type, older.content, older.media,
    older.is_read, older.read_at, older.created_at
FROM messages AS older
WHERE older.conversation_id = $1
    AND EXISTS (
        SELECT 1 FROM conversations AS own_older
        WHERE own_older.id = $1 AND ($2 = own_older.user1_id OR $2 = own_older.user2_id)
    )
ORDER BY older.created_at DESC, older.id DESC
OFFSET $3
LIMIT $4;
