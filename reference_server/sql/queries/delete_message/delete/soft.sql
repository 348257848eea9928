-- Message $1, sent at $2, is deleted from now on; its row stays until somebody removes it for good.
UPDATE messages AS gone
SET deleted_at = now(), updated_at = now()
WHERE gone.id = $1 AND gone.created_at = $2 AND gone.deleted_at IS NULL
RETURNING gone.is_read;
