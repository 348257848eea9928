-- The conversation of the pair $1 < $2.
SELECT opened.id, opened.user1_id, opened.user2_id, opened.last_message_id, opened.last_message_at,
    opened.created_at, opened.updated_at
FROM conversations AS opened
WHERE opened.user1_id = $1 AND opened.user2_id = $2;
