-- A user blocks another once (schema-report §1.3); also finds whom a user blocks.
ALTER TABLE blocks ADD CONSTRAINT unique_blocker_blocked UNIQUE (blocker_id, blocked_id);
