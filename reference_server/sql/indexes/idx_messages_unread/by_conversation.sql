-- Unread messages of a conversation only, without the column that the predicate fixes anyway (schema-report §6.2, §8.3).
CREATE INDEX idx_messages_unread ON messages (conversation_id) WHERE NOT is_read;
