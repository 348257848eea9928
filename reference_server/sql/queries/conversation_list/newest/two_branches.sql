-- The $2 conversations of user $1 with the latest activity: each member's own index gives its newest, already sorted.
-- An OR over both members cannot be answered in order by one index; two short lists merged can.
SELECT listed.id, listed.other_id, listed.unread_count, listed.last_message_id, listed.last_message_at,
    listed.created_at, listed.updated_at
FROM (
    (SELECT as_first.id, as_first.user2_id AS other_id, coalesce(as_first.user1_unread_count, 0) AS unread_count,
        as_first.last_message_id, as_first.last_message_at, as_first.created_at, as_first.updated_at
    FROM conversations AS as_first
    WHERE as_first.user1_id = $1
    ORDER BY as_first.last_message_at DESC NULLS LAST, as_first.id DESC
    LIMIT $2)
    UNION ALL
    (SELECT as_second.id, as_second.user1_id AS other_id, coalesce(as_second.user2_unread_count, 0) AS unread_count,
        as_second.last_message_id, as_second.last_message_at, as_second.created_at, as_second.updated_at
    FROM conversations AS as_second
    WHERE as_second.user2_id = $1
    ORDER BY as_second.last_message_at DESC NULLS LAST, as_second.id DESC
    LIMIT $2)
) AS listed
ORDER BY listed.last_message_at DESC NULLS LAST, listed.id DESC
LIMIT $2;
