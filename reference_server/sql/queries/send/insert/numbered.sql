-- Store a message in conversation $2 from $3 to $4 (type $5, content $6, media $7) under the next number.
-- $1 is the client's own id: no row when it is taken.
INSERT INTO messages AS sent (client_id, conversation_id, sender_id, receiver_id, type, content, media)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (client_id) DO NOTHING
RETURNING
    sent.id, sent.conversation_id, sent.sender_id, sent.receiver_id, sent.type, sent.content, sent.media,
    sent.is_read, sent.read_at, sent.created_at, sent.client_id;
