-- The $4 conversations of user $1 after the cursor ($2, $3); one without messages stands at 1970.
-- What is unread is counted for each row shown.
SELECT
    listed_after.id,
    CASE WHEN listed_after.user1_id = $1 THEN listed_after.user2_id ELSE listed_after.user1_id END AS other_id,
    (
        SELECT count(*) FROM messages AS unseen_in
        WHERE unseen_in.conversation_id = listed_after.id AND unseen_in.receiver_id = $1 AND unseen_in.is_read = FALSE
    ) AS unread_count,
    listed_after.last_message_id, listed_after.last_message_at, listed_after.created_at, listed_after.updated_at
FROM conversations AS listed_after
WHERE (listed_after.user1_id = $1 OR listed_after.user2_id = $1)
    AND (coalesce(listed_after.last_message_at, TIMESTAMPTZ '1970-01-01 00:00:00+00'), listed_after.id) < ($2, $3)
ORDER BY listed_after.last_message_at DESC NULLS LAST, listed_after.id DESC
LIMIT $4;
