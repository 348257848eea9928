-- Rows of conversations go with their user (user2_id).
ALTER TABLE conversations ADD CONSTRAINT conversations_user2_id_fkey
    FOREIGN KEY (user2_id) REFERENCES users (id) ON DELETE CASCADE;
