-- Rows of messages_archive go with their user (receiver_id).
ALTER TABLE messages_archive ADD CONSTRAINT messages_archive_receiver_id_fkey
    FOREIGN KEY (receiver_id) REFERENCES users (id) ON DELETE CASCADE;
