-- Message $2 of $3 is conversation $1's last unless a later one is already; both members' rows follow it, and the
-- receiver $4 has one more unread. The conversation first: its lock keeps the members' rows in step.
WITH bumped AS (
    UPDATE conversations AS bumped
    SET last_message_id = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_message_id ELSE $2 END,
        last_message_at = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_message_at ELSE $3 END,
        updated_at = now()
    WHERE bumped.id = $1
    RETURNING bumped.last_message_id, bumped.last_message_at
)
UPDATE conversation_members AS followed
SET last_message_id = bumped.last_message_id,
    last_message_at = bumped.last_message_at,
    unread_count = followed.unread_count + CASE WHEN followed.user_id = $4 THEN 1 ELSE 0 END,
    updated_at = now()
FROM bumped
WHERE followed.conversation_id = $1;
