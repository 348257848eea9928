-- Store message $1 in conversation $2 from $3 to $4 (type $5, content $6), and its media $7 as rows; no row when the id
-- is taken.
WITH sent AS (
    INSERT INTO messages AS stored_now (id, conversation_id, sender_id, receiver_id, type, content)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO NOTHING
    RETURNING stored_now.id, stored_now.conversation_id, stored_now.sender_id, stored_now.receiver_id, stored_now.type,
        stored_now.content, stored_now.is_read, stored_now.read_at, stored_now.created_at
), items AS (
    INSERT INTO message_media
        (message_id, position, url, thumbnail, type, filename, mime_type, size, width, height, duration)
    SELECT
        sent.id, item.position,
        item.value ->> 'url', item.value ->> 'thumbnail', item.value ->> 'type', item.value ->> 'filename', item.value ->> 'mimeType',
        (item.value ->> 'size')::bigint, (item.value ->> 'width')::integer, (item.value ->> 'height')::integer, (item.value ->> 'duration')::integer
    FROM sent
    CROSS JOIN LATERAL jsonb_array_elements($7::jsonb) WITH ORDINALITY AS item (value, position)
)
SELECT
    sent.id, sent.conversation_id, sent.sender_id, sent.receiver_id, sent.type, sent.content,
    jsonb_strip_nulls($7::jsonb) AS media, sent.is_read, sent.read_at, sent.created_at
FROM sent;
