-- After a deletion: conversation $1's last message is the newest left, and its receiver $2 has $3 fewer unread.
-- Looked for in messages_archive too.
UPDATE conversations AS shrunk
SET (last_message_id, last_message_at) = (
        SELECT remaining.id, remaining.created_at FROM messages_everywhere AS remaining
        WHERE remaining.conversation_id = $1
        ORDER BY remaining.created_at DESC, remaining.id DESC
        LIMIT 1
    ),
    user1_unread_count = greatest(coalesce(shrunk.user1_unread_count, 0) - CASE WHEN shrunk.user1_id = $2 THEN $3 ELSE 0 END, 0),
    user2_unread_count = greatest(coalesce(shrunk.user2_unread_count, 0) - CASE WHEN shrunk.user2_id = $2 THEN $3 ELSE 0 END, 0),
    updated_at = now()
WHERE shrunk.id = $1;
