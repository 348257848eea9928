-- Counts by conversation: the cascade from conversations.
CREATE INDEX unread_counters_conversation_id ON unread_counters (conversation_id);
