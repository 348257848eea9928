-- Rows of messages go with their user (receiver_id).
ALTER TABLE messages ADD CONSTRAINT messages_receiver_id_fkey
    FOREIGN KEY (receiver_id) REFERENCES users (id) ON DELETE CASCADE;
