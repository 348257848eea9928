-- The message already stored under id $1.
-- The view appends messages_archive: both page indexes are merged in order.
SELECT
    stored.id, stored.conversation_id, stored.sender_id, stored.receiver_id, stored.type, stored.content, stored.media,
    stored.is_read, stored.read_at, stored.created_at
FROM messages_everywhere AS stored
WHERE stored.id = $1;
