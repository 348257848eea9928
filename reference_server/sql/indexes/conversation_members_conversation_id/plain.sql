-- The members of a conversation: what a message updates, and the cascade from conversations.
CREATE INDEX conversation_members_conversation_id ON conversation_members (conversation_id);
