-- After a deletion: conversation $1's last message is the newest left; no counter of $2 loses $3.
UPDATE conversations AS shrunk
SET (last_message_id, last_message_at) = (
        SELECT remaining.id, remaining.created_at FROM messages AS remaining
        WHERE remaining.conversation_id = $1
        ORDER BY remaining.created_at DESC, remaining.id DESC
        LIMIT 1
    ),
    updated_at = now()
WHERE shrunk.id = $1 AND $2::uuid IS NOT NULL AND $3::integer >= 0;
