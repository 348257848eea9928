-- Delete message $1, sent at $2; whether it was read, the receiver's watermark tells.
DELETE FROM messages AS gone
WHERE gone.id = $1 AND gone.created_at = $2
RETURNING coalesce(
    (
        SELECT (gone.created_at, gone.id) <= (mark.last_read_at, mark.last_read_id)
        FROM read_watermarks AS mark
        WHERE mark.conversation_id = gone.conversation_id AND mark.user_id = gone.receiver_id
    ),
    FALSE
) AS is_read;
