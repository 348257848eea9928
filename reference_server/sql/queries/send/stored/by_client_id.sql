-- The message already stored under the client's id $1.
SELECT
    stored.id, stored.conversation_id, stored.sender_id, stored.receiver_id, stored.type, stored.content, stored.media,
    stored.is_read, stored.read_at, stored.created_at, stored.client_id
FROM messages AS stored
WHERE stored.client_id = $1;
