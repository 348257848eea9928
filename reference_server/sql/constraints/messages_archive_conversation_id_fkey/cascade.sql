-- Rows of messages_archive go with their conversation (conversation_id).
ALTER TABLE messages_archive ADD CONSTRAINT messages_archive_conversation_id_fkey
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE;
