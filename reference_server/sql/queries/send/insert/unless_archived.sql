-- Store message $1 in conversation $2 from $3 to $4 (type $5, content $6, media $7); no row when the id is taken, here
-- or in messages_archive: no index reaches over both.
INSERT INTO messages AS sent (id, conversation_id, sender_id, receiver_id, type, content, media)
SELECT $1, $2, $3, $4, $5, $6, $7
WHERE NOT EXISTS (SELECT 1 FROM messages_archive AS taken WHERE taken.id = $1)
ON CONFLICT (id) DO NOTHING
RETURNING
    sent.id, sent.conversation_id, sent.sender_id, sent.receiver_id, sent.type, sent.content, sent.media,
    sent.is_read, sent.read_at, sent.created_at;
