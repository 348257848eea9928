-- The $4 conversations of user $1 after the cursor ($2, $3); one without messages stands at 1970.
-- What is unread stands in a table of its own.
SELECT
    listed_after.id,
    CASE WHEN listed_after.user1_id = $1 THEN listed_after.user2_id ELSE listed_after.user1_id END AS other_id,
    coalesce(mine.unread_count, 0) AS unread_count,
    listed_after.last_message_id, listed_after.last_message_at, listed_after.created_at, listed_after.updated_at
FROM conversations AS listed_after
LEFT JOIN unread_counters AS mine ON mine.user_id = $1 AND mine.conversation_id = listed_after.id
WHERE (listed_after.user1_id = $1 OR listed_after.user2_id = $1)
    AND (coalesce(listed_after.last_message_at, TIMESTAMPTZ '1970-01-01 00:00:00+00'), listed_after.id) < ($2, $3)
ORDER BY listed_after.last_message_at DESC NULLS LAST, listed_after.id DESC
LIMIT $4;
