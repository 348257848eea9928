-- After a deletion: conversation $1's last message is the newest left, in both members' rows too, and its receiver $2
-- has $3 fewer unread.
WITH shrunk AS (
    UPDATE conversations AS shrunk
    SET (last_message_id, last_message_at) = (
            SELECT remaining.id, remaining.created_at FROM messages AS remaining
            WHERE remaining.conversation_id = $1
            ORDER BY remaining.created_at DESC, remaining.id DESC
            LIMIT 1
        ),
        updated_at = now()
    WHERE shrunk.id = $1
    RETURNING shrunk.last_message_id, shrunk.last_message_at
)
UPDATE conversation_members AS shrunk_for
SET last_message_id = shrunk.last_message_id,
    last_message_at = shrunk.last_message_at,
    unread_count = greatest(shrunk_for.unread_count - CASE WHEN shrunk_for.user_id = $2 THEN $3 ELSE 0 END, 0),
    updated_at = now()
FROM shrunk
WHERE shrunk_for.conversation_id = $1;
