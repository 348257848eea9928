-- Who is told when user $1 comes or goes: the others of the $2 latest active conversations, with what orders them.
SELECT CASE WHEN told.user1_id = $1 THEN told.user2_id ELSE told.user1_id END AS other_id, told.last_message_at, told.id
FROM conversations AS told
WHERE told.user1_id = $1 OR told.user2_id = $1
ORDER BY told.last_message_at DESC NULLS LAST, told.id DESC
LIMIT $2;
