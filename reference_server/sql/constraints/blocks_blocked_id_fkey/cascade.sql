-- Rows of blocks go with their user (blocked_id).
ALTER TABLE blocks ADD CONSTRAINT blocks_blocked_id_fkey
    FOREIGN KEY (blocked_id) REFERENCES users (id) ON DELETE CASCADE;
