-- The $4 users that $1 blocked before the cursor ($2, $3).
SELECT shut_before.id, shut_before.blocked_id, shut_before.created_at FROM blocks AS shut_before
WHERE shut_before.blocker_id = $1 AND (shut_before.created_at, shut_before.id) < ($2, $3)
ORDER BY shut_before.created_at DESC, shut_before.id DESC
LIMIT $4;
