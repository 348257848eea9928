-- User $2 has $3 fewer unread in conversation $1.
-- Subtracted, not set to 0: a send that commits in between has counted a message that the flagging did not see.
UPDATE conversations AS caught_up
SET user1_unread_count = CASE WHEN caught_up.user1_id = $2
        THEN greatest(coalesce(caught_up.user1_unread_count, 0) - $3, 0) ELSE caught_up.user1_unread_count END,
    user2_unread_count = CASE WHEN caught_up.user2_id = $2
        THEN greatest(coalesce(caught_up.user2_unread_count, 0) - $3, 0) ELSE caught_up.user2_unread_count END
WHERE caught_up.id = $1
RETURNING CASE WHEN caught_up.user1_id = $2 THEN caught_up.user2_id ELSE caught_up.user1_id END AS other_id;
