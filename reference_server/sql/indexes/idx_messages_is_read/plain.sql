-- Messages by read state, as generated; it ends HOT updates of mark-read (schema-report §1.2).
CREATE INDEX idx_messages_is_read ON messages (is_read);
