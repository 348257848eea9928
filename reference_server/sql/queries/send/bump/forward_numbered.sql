-- Message $2 of $3 is conversation $1's last unless a later one is already; its receiver $4 has one more unread.
UPDATE conversations AS bumped
SET last_message_id = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::bigint) THEN bumped.last_message_id ELSE $2 END,
    last_message_at = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::bigint) THEN bumped.last_message_at ELSE $3 END,
    user1_unread_count = coalesce(bumped.user1_unread_count, 0) + CASE WHEN bumped.user1_id = $4 THEN 1 ELSE 0 END,
    user2_unread_count = coalesce(bumped.user2_unread_count, 0) + CASE WHEN bumped.user2_id = $4 THEN 1 ELSE 0 END,
    updated_at = now()
WHERE bumped.id = $1;
