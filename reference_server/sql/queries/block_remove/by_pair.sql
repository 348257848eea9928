-- $1 no longer blocks $2.
DELETE FROM blocks AS removed
WHERE removed.blocker_id = $1 AND removed.blocked_id = $2;
