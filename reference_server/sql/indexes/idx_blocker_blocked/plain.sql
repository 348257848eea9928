-- Block checks, as generated beside the unique constraint of the same columns (schema-report §1.3).
CREATE INDEX idx_blocker_blocked ON blocks (blocker_id, blocked_id);
