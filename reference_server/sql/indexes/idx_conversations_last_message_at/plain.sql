-- Conversations by latest activity, as generated (schema-report §1.1).
CREATE INDEX idx_conversations_last_message_at ON conversations (last_message_at);
