-- Both members' counters move out of conversations.
INSERT INTO unread_counters (user_id, conversation_id, unread_count)
SELECT side.user_id, loaded.id, coalesce(side.unread_count, 0)
FROM conversations AS loaded
CROSS JOIN LATERAL (
    VALUES (loaded.user1_id, loaded.user1_unread_count), (loaded.user2_id, loaded.user2_unread_count)
) AS side (user_id, unread_count);

ALTER TABLE conversations DROP COLUMN user1_unread_count, DROP COLUMN user2_unread_count;
