-- Rows of conversations go with their user (user1_id).
ALTER TABLE conversations ADD CONSTRAINT conversations_user1_id_fkey
    FOREIGN KEY (user1_id) REFERENCES users (id) ON DELETE CASCADE;
