-- Everything unread that $2 received in conversation $1 is read now.
-- What was deleted unread left the counter then, and stays as it is.
UPDATE messages AS seen
SET is_read = TRUE, read_at = now(), updated_at = now()
WHERE seen.conversation_id = $1 AND seen.receiver_id = $2 AND seen.is_read = FALSE
    AND seen.deleted_at IS NULL;
