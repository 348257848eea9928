-- After a deletion: conversation $1's last message is the newest left, and its receiver $2 has $3 fewer unread.
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
    RETURNING shrunk.id
)
UPDATE unread_counters AS one_fewer
SET unread_count = greatest(one_fewer.unread_count - $3, 0)
FROM shrunk
WHERE one_fewer.conversation_id = shrunk.id AND one_fewer.user_id = $2;
