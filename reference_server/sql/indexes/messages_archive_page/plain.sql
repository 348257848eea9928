-- Pages of a conversation's archived messages, in the order of messages_page, so that both can be merged.
CREATE INDEX messages_archive_page ON messages_archive (conversation_id, created_at DESC, id DESC);
