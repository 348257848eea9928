-- Rows of read_watermarks go with their conversation, and so with either user.
ALTER TABLE read_watermarks ADD CONSTRAINT read_watermarks_conversation_id_fkey
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE;
