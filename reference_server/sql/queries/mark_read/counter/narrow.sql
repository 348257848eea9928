-- User $2 has $3 fewer unread in conversation $1: one narrow row, and the conversation's own is left alone.
-- Subtracted, not set to 0: a send that commits in between has counted a message that the flagging did not see.
WITH fewer AS (
    UPDATE unread_counters AS fewer
    SET unread_count = greatest(fewer.unread_count - $3, 0)
    WHERE fewer.user_id = $2 AND fewer.conversation_id = $1
)
SELECT CASE WHEN caught_up.user1_id = $2 THEN caught_up.user2_id ELSE caught_up.user1_id END AS other_id
FROM conversations AS caught_up
WHERE caught_up.id = $1;
