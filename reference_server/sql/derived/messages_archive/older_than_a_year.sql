-- Messages older than a year before the data's end move; one that is still unread stays until it is read, so that the
-- archive is never written by mark-read. The heap keeps its size: the space is free for new messages.
WITH moved AS (
    DELETE FROM messages AS old
    WHERE old.created_at
            < coalesce(nullif(current_setting('chatbench.data_to', true), '')::timestamptz, now()) - INTERVAL '1 year'
        AND old.is_read
    RETURNING old.*
)
INSERT INTO messages_archive SELECT * FROM moved;

CREATE VIEW messages_everywhere AS
SELECT recent.id, recent.conversation_id, recent.sender_id, recent.receiver_id, recent.type, recent.content,
    recent.media, recent.is_read, recent.read_at, recent.created_at
FROM messages AS recent
UNION ALL
SELECT archived.id, archived.conversation_id, archived.sender_id, archived.receiver_id, archived.type, archived.content,
    archived.media, archived.is_read, archived.read_at, archived.created_at
FROM messages_archive AS archived;
