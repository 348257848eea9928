-- The $2 users that $1 blocked last.
SELECT shut.id, shut.blocked_id, shut.created_at FROM blocks AS shut
WHERE shut.blocker_id = $1
ORDER BY shut.created_at DESC, shut.id DESC
LIMIT $2;
