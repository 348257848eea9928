-- The $2 conversations of user $1 with the latest activity.
-- Redis knows what is unread.
SELECT
    listed.id,
    CASE WHEN listed.user1_id = $1 THEN listed.user2_id ELSE listed.user1_id END AS other_id,
    NULL::integer AS unread_count,
    listed.last_message_id, listed.last_message_at, listed.created_at, listed.updated_at
FROM conversations AS listed
WHERE listed.user1_id = $1 OR listed.user2_id = $1
ORDER BY listed.last_message_at DESC NULLS LAST, listed.id DESC
LIMIT $2;
