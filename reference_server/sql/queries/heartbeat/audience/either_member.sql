-- Who is told when user $1 comes or goes: the other members of the $2 most recently active conversations.
SELECT CASE WHEN told.user1_id = $1 THEN told.user2_id ELSE told.user1_id END AS other_id
FROM conversations AS told
WHERE told.user1_id = $1 OR told.user2_id = $1
ORDER BY told.last_message_at DESC NULLS LAST
LIMIT $2;
