-- Who is told when user $1 comes or goes: the other members of the $2 most recently active conversations.
-- Two short sorted lists, as in the conversation list.
SELECT told.other_id
FROM (
    (SELECT told_second.user2_id AS other_id, told_second.last_message_at
    FROM conversations AS told_second
    WHERE told_second.user1_id = $1
    ORDER BY told_second.last_message_at DESC NULLS LAST, told_second.id DESC
    LIMIT $2)
    UNION ALL
    (SELECT told_first.user1_id AS other_id, told_first.last_message_at
    FROM conversations AS told_first
    WHERE told_first.user2_id = $1
    ORDER BY told_first.last_message_at DESC NULLS LAST, told_first.id DESC
    LIMIT $2)
) AS told
ORDER BY told.last_message_at DESC NULLS LAST
LIMIT $2;
