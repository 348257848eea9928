-- The $5 messages of type $3 in conversation $1 after the newest $4 of them, for its member $2.
SELECT
    shown_before.id, shown_before.sender_id, shown_before.receiver_id, shown_before.type, shown_before.content, shown_before.media,
    shown_before.is_read, shown_before.read_at, shown_before.created_at
FROM messages AS shown_before
WHERE shown_before.conversation_id = $1
    AND shown_before.type = $3
    AND EXISTS (
        SELECT 1 FROM conversations AS own_shown_before
        WHERE own_shown_before.id = $1 AND ($2 = own_shown_before.user1_id OR $2 = own_shown_before.user2_id)
    )
ORDER BY shown_before.created_at DESC, shown_before.id DESC
OFFSET $4
LIMIT $5;
