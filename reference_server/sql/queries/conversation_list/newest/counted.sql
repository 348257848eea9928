-- The $2 conversations of user $1 with the latest activity.
-- What is unread is counted for each row shown.
SELECT
    listed.id,
    CASE WHEN listed.user1_id = $1 THEN listed.user2_id ELSE listed.user1_id END AS other_id,
    (
        SELECT count(*) FROM messages AS unseen_in
        WHERE unseen_in.conversation_id = listed.id AND unseen_in.receiver_id = $1 AND unseen_in.is_read = FALSE
    ) AS unread_count,
    listed.last_message_id, listed.last_message_at, listed.created_at, listed.updated_at
FROM conversations AS listed
WHERE listed.user1_id = $1 OR listed.user2_id = $1
ORDER BY listed.last_message_at DESC NULLS LAST, listed.id DESC
LIMIT $2;
