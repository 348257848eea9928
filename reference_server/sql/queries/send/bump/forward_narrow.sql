-- Message $2 of $3 is conversation $1's last unless a later one is already; its receiver $4 has one more unread.
-- The conversation first, as a deletion does: two orders of the same locks would be a deadlock.
WITH bumped AS (
    UPDATE conversations AS bumped
    SET last_message_id = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_message_id ELSE $2 END,
        last_message_at = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_message_at ELSE $3 END,
        updated_at = now()
    WHERE bumped.id = $1
    RETURNING bumped.id
)
INSERT INTO unread_counters AS one_more (user_id, conversation_id, unread_count)
SELECT $4, bumped.id, 1 FROM bumped
ON CONFLICT (user_id, conversation_id) DO UPDATE SET unread_count = one_more.unread_count + 1;
