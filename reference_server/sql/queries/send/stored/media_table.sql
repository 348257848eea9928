-- The message already stored under id $1.
-- The view makes each message's media of its rows in message_media.
SELECT
    stored.id, stored.conversation_id, stored.sender_id, stored.receiver_id, stored.type, stored.content, stored.media,
    stored.is_read, stored.read_at, stored.created_at
FROM messages_with_media AS stored
WHERE stored.id = $1;
