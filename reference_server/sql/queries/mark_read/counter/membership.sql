-- User $2 has $3 fewer unread in conversation $1: one narrow row, and the conversation's own is left alone.
-- Subtracted, not set to 0: a send that commits in between has counted a message that the flagging did not see.
UPDATE conversation_members AS caught_up
SET unread_count = greatest(caught_up.unread_count - $3, 0)
WHERE caught_up.user_id = $2 AND caught_up.conversation_id = $1
RETURNING caught_up.other_id;
