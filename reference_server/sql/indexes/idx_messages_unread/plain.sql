-- Unread messages of a conversation only: small while most are read (schema-report §6.2).
CREATE INDEX idx_messages_unread ON messages (conversation_id, is_read) WHERE is_read = FALSE;
