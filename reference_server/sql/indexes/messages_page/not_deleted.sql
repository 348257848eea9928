-- Pages of a conversation, newest first, in a total order, without what was deleted.
CREATE INDEX messages_page ON messages (conversation_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
