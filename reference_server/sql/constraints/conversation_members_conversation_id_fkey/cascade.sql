-- Rows of conversation_members go with their conversation, and so with either user.
ALTER TABLE conversation_members ADD CONSTRAINT conversation_members_conversation_id_fkey
    FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE;
