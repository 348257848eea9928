-- The $2 conversations of user $1 with the latest activity, from the user's own rows.
SELECT
    listed.conversation_id AS id, listed.other_id, listed.unread_count,
    listed.last_message_id, listed.last_message_at, listed.created_at, listed.updated_at
FROM conversation_members AS listed
WHERE listed.user_id = $1
ORDER BY listed.last_message_at DESC NULLS LAST, listed.conversation_id DESC
LIMIT $2;
