-- The $2 conversations of user $1 with the latest activity.
-- What is unread stands in a table of its own.
SELECT
    listed.id,
    CASE WHEN listed.user1_id = $1 THEN listed.user2_id ELSE listed.user1_id END AS other_id,
    coalesce(mine.unread_count, 0) AS unread_count,
    listed.last_message_id, listed.last_message_at, listed.created_at, listed.updated_at
FROM conversations AS listed
LEFT JOIN unread_counters AS mine ON mine.user_id = $1 AND mine.conversation_id = listed.id
WHERE listed.user1_id = $1 OR listed.user2_id = $1
ORDER BY listed.last_message_at DESC NULLS LAST, listed.id DESC
LIMIT $2;
