-- The media gallery's own index: the pictures of one conversation, newest first (what §2.2 hopes of an index on type alone).
CREATE INDEX messages_gallery ON messages (conversation_id, type, created_at DESC);
