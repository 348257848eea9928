-- Store message $1 in conversation $2 from $3 to $4 (type $5, content $6, media $7); no row when the id is taken.
INSERT INTO messages AS sent (id, conversation_id, sender_id, receiver_id, type, content, media)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO NOTHING
RETURNING
    sent.id, sent.conversation_id, sent.sender_id, sent.receiver_id, sent.type, sent.content, sent.media,
    sent.is_read, sent.read_at, sent.created_at;
