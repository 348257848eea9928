-- Conversations by last message, as generated (schema-report §1.1).
CREATE INDEX idx_conversations_last_message_id ON conversations (last_message_id);
