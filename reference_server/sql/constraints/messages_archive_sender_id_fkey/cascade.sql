-- Rows of messages_archive go with their user (sender_id).
ALTER TABLE messages_archive ADD CONSTRAINT messages_archive_sender_id_fkey
    FOREIGN KEY (sender_id) REFERENCES users (id) ON DELETE CASCADE;
