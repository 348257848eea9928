-- Pages of a conversation, newest first, in a total order (the spec's idx_messages_pagination, §6.2).
CREATE INDEX messages_page ON messages (conversation_id, created_at DESC, id DESC);
