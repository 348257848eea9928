-- Message $2 of $3 is conversation $1's last unless a later one is already; what $4 has not read is counted elsewhere.
UPDATE conversations AS bumped
SET last_message_id = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_message_id ELSE $2 END,
    last_message_at = CASE WHEN (bumped.last_message_at, bumped.last_message_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_message_at ELSE $3 END,
    updated_at = now()
WHERE bumped.id = $1 AND $4::uuid IS NOT NULL;
