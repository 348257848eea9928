-- Pages of a conversation, newest first, as §2.2 has it: rows of one instant have no order here, so a page sorts them.
CREATE INDEX messages_page ON messages (conversation_id, created_at DESC);
