-- Store message $1 in conversation $2 from $3 to $4 (type $5, content $6, media $7); no row when the id is taken.
-- Dated once the conversation is held, so that messages become visible in the order of their times: otherwise one that
-- commits late would lie below a watermark that its receiver set without having seen it. A conversation that is gone
-- gives no turn, and is refused by its foreign key.
WITH turn AS (
    SELECT held_for_send.id FROM conversations AS held_for_send
    WHERE held_for_send.id = $2
    FOR NO KEY UPDATE
)
INSERT INTO messages AS sent (id, conversation_id, sender_id, receiver_id, type, content, media, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp()
FROM (VALUES (TRUE)) AS once (here)
LEFT JOIN turn ON once.here
ON CONFLICT (id) DO NOTHING
RETURNING
    sent.id, sent.conversation_id, sent.sender_id, sent.receiver_id, sent.type, sent.content, sent.media,
    FALSE AS is_read, NULL::timestamptz AS read_at, sent.created_at;
