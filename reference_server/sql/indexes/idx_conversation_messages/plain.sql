-- Pages of a conversation, as generated: messages of the same instant have no order here (schema-report §1.2).
CREATE INDEX idx_conversation_messages ON messages (conversation_id, created_at DESC);
