-- Blocks by blocker, as generated (schema-report §1.3).
CREATE INDEX idx_blocks_blocker_id ON blocks (blocker_id);
