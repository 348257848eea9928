-- Messages by type, meant for the media gallery (schema-report §1.2).
CREATE INDEX idx_messages_type ON messages (type);
