-- Rows of blocks go with their user (blocker_id).
ALTER TABLE blocks ADD CONSTRAINT blocks_blocker_id_fkey
    FOREIGN KEY (blocker_id) REFERENCES users (id) ON DELETE CASCADE;
