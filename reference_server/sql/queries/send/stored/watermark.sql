-- The message already stored under id $1.
-- The view tells read from unread by the receiver's watermark.
SELECT
    stored.id, stored.conversation_id, stored.sender_id, stored.receiver_id, stored.type, stored.content, stored.media,
    stored.is_read, stored.read_at, stored.created_at
FROM messages_with_receipts AS stored
WHERE stored.id = $1;
