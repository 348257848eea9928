-- Rows of message_media go with their message.
ALTER TABLE message_media ADD CONSTRAINT message_media_message_id_fkey
    FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE;
