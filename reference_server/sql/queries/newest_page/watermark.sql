-- The newest $3 messages of conversation $1, for its member $2; nothing for anybody else.
-- The view tells read from unread by the receiver's watermark.
SELECT
    newest.id, newest.sender_id, newest.receiver_id, newest.type, newest.content, newest.media,
    newest.is_read, newest.read_at, newest.created_at
FROM messages_with_receipts AS newest
WHERE newest.conversation_id = $1
    AND EXISTS (
        SELECT 1 FROM conversations AS own_newest
        WHERE own_newest.id = $1 AND ($2 = own_newest.user1_id OR $2 = own_newest.user2_id)
    )
ORDER BY newest.created_at DESC, newest.id DESC
LIMIT $3;
