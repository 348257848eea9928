-- Conversations by age, as generated (schema-report §1.1).
CREATE INDEX idx_conversations_created_at ON conversations (created_at);
