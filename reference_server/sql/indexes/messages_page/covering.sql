-- Newest-first ids, senders and types of one conversation from the index alone, while the visibility map is fresh.
-- content cannot be included: an index entry holds at most 2,704 bytes; is_read must not: it would end HOT updates.
CREATE INDEX messages_page ON messages (conversation_id, created_at DESC, id DESC) INCLUDE (sender_id, type);
