-- The newest read message of each receiver; then the flags go, and a rewrite with them (a new expression for content).
-- When each message was read cannot be told any more: a watermark has one time for all below it.
INSERT INTO read_watermarks (conversation_id, user_id, last_read_at, last_read_id)
SELECT DISTINCT ON (loaded.conversation_id, loaded.receiver_id)
    loaded.conversation_id, loaded.receiver_id, loaded.created_at, loaded.id
FROM messages AS loaded
WHERE loaded.is_read
ORDER BY loaded.conversation_id, loaded.receiver_id, loaded.created_at DESC, loaded.id DESC;

ALTER TABLE messages DROP COLUMN is_read, DROP COLUMN read_at, ALTER COLUMN content TYPE TEXT USING content || '';

CREATE VIEW messages_with_receipts AS
SELECT
    message.id, message.conversation_id, message.sender_id, message.receiver_id, message.type, message.content,
    message.media,
    coalesce((message.created_at, message.id) <= (mark.last_read_at, mark.last_read_id), FALSE) AS is_read,
    NULL::timestamptz AS read_at,
    message.created_at
FROM messages AS message
LEFT JOIN read_watermarks AS mark
    ON mark.conversation_id = message.conversation_id AND mark.user_id = message.receiver_id;
