-- Pages of a conversation read backwards, from an index in the order in which rows arrive (the Go tags of §1.2 say no DESC).
CREATE INDEX messages_page ON messages (conversation_id, created_at, id);
