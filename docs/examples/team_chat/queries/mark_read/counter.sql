-- User $2 has $3 fewer unread in conversation $1: one narrow row, and the conversation's own is left alone.
-- Subtracted, not set to 0: a send that commits in between has counted a message that the flagging did not see.
WITH fewer AS (
    UPDATE members AS fewer
    SET unread = greatest(fewer.unread - $3, 0)
    WHERE fewer.account_id = $2 AND fewer.room_id = $1
)
SELECT CASE WHEN caught_up.first_account = $2 THEN caught_up.second_account ELSE caught_up.first_account END AS other_id
FROM rooms AS caught_up
WHERE caught_up.room_id = $1;
