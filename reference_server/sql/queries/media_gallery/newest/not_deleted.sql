-- The newest $4 messages of type $3 in conversation $1, for its member $2.
-- Without what was deleted.
SELECT
    shown.id, shown.sender_id, shown.receiver_id, shown.type, shown.content, shown.media,
    shown.is_read, shown.read_at, shown.created_at
FROM messages AS shown
WHERE shown.conversation_id = $1
    AND shown.deleted_at IS NULL
    AND shown.type = $3
    AND EXISTS (
        SELECT 1 FROM conversations AS own_shown
        WHERE own_shown.id = $1 AND ($2 = own_shown.user1_id OR $2 = own_shown.user2_id)
    )
ORDER BY shown.created_at DESC, shown.id DESC
LIMIT $4;
