-- Delete message $1, sent at $2.
DELETE FROM messages AS gone
WHERE gone.id = $1 AND gone.created_at = $2
RETURNING gone.is_read;
