-- The loaded media as rows; then the column goes, and a rewrite with it (a new expression for content) takes its bytes.
-- The view gives each message's media back as the JSON text that JSONB would give; a field that is null is left out,
-- and a text has none to look for.
INSERT INTO message_media
    (message_id, position, url, thumbnail, type, filename, mime_type, size, width, height, duration)
SELECT
    loaded.id, item.position,
    item.value ->> 'url', item.value ->> 'thumbnail', item.value ->> 'type', item.value ->> 'filename', item.value ->> 'mimeType',
    (item.value ->> 'size')::bigint, (item.value ->> 'width')::integer, (item.value ->> 'height')::integer, (item.value ->> 'duration')::integer
FROM messages AS loaded
CROSS JOIN LATERAL jsonb_array_elements(loaded.media) WITH ORDINALITY AS item (value, position);

ALTER TABLE messages DROP COLUMN media, ALTER COLUMN content TYPE TEXT USING content || '';

CREATE VIEW messages_with_media AS
SELECT
    message.id, message.conversation_id, message.sender_id, message.receiver_id, message.type, message.content,
    CASE WHEN message.type <> 'text' THEN (
        SELECT jsonb_agg(
            jsonb_strip_nulls(jsonb_build_object(
                'url', item.url, 'thumbnail', item.thumbnail, 'type', item.type, 'filename', item.filename,
                'mimeType', item.mime_type, 'size', item.size, 'width', item.width, 'height', item.height,
                'duration', item.duration
            ))
            ORDER BY item.position
        )
        FROM message_media AS item
        WHERE item.message_id = message.id
    ) END AS media,
    message.is_read, message.read_at, message.created_at
FROM messages AS message;
