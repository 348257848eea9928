-- Rows of unread_counters go with their conversation, and so with either user.
ALTER TABLE unread_counters ADD CONSTRAINT unread_counters_conversation_id_fkey
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE;
