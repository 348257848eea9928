-- Who is told when user $1 comes or goes: the other members of the $2 most recently active conversations.
SELECT told.other_id
FROM conversation_members AS told
WHERE told.user_id = $1
ORDER BY told.last_message_at DESC NULLS LAST, told.conversation_id DESC
LIMIT $2;
