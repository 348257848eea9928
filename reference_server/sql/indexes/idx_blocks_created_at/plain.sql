-- Blocks by age, as generated (schema-report §1.3).
CREATE INDEX idx_blocks_created_at ON blocks (created_at);
