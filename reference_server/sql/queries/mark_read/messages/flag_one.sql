-- Message $1, sent at $2, is read now, unless another device was faster: one statement for each message.
UPDATE messages AS seen
SET is_read = TRUE, read_at = now(), updated_at = now()
WHERE seen.id = $1 AND seen.created_at = $2 AND seen.is_read = FALSE;
