-- Blocks by blocked user: the cascade from users.
CREATE INDEX idx_blocks_blocked_id ON blocks (blocked_id);
