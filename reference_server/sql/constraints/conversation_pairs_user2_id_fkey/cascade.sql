-- A pair goes with either user.
ALTER TABLE conversation_pairs ADD CONSTRAINT conversation_pairs_user2_id_fkey
    FOREIGN KEY (user2_id) REFERENCES users (id) ON DELETE CASCADE;
