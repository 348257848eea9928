-- Delete message $1, sent at $2, and free its id.
WITH key AS (
    DELETE FROM message_keys WHERE id = $1
)
DELETE FROM messages AS gone
WHERE gone.id = $1 AND gone.created_at = $2
RETURNING gone.is_read;
