-- A pair goes with either user.
ALTER TABLE conversation_pairs ADD CONSTRAINT conversation_pairs_user1_id_fkey
    FOREIGN KEY (user1_id) REFERENCES users (id) ON DELETE CASCADE;
