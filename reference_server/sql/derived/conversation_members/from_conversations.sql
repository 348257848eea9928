-- Both members of each conversation; the counters move here, so that no stale copy stays behind.
INSERT INTO conversation_members
    (user_id, conversation_id, other_id, last_message_id, last_message_at, unread_count, created_at, updated_at)
SELECT side.user_id, loaded.id, side.other_id, loaded.last_message_id, loaded.last_message_at,
    coalesce(side.unread_count, 0), loaded.created_at, loaded.updated_at
FROM conversations AS loaded
CROSS JOIN LATERAL (
    VALUES
        (loaded.user1_id, loaded.user2_id, loaded.user1_unread_count),
        (loaded.user2_id, loaded.user1_id, loaded.user2_unread_count)
) AS side (user_id, other_id, unread_count);

ALTER TABLE conversations DROP COLUMN user1_unread_count, DROP COLUMN user2_unread_count;
