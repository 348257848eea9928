-- Unread messages by who has yet to read them: totals and mark-read from one small index.
CREATE INDEX idx_messages_unread ON messages (receiver_id, conversation_id) WHERE NOT is_read;
