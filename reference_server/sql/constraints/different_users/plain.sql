-- Nobody blocks themselves (schema-report §1.3).
ALTER TABLE blocks ADD CONSTRAINT different_users CHECK (blocker_id != blocked_id);
