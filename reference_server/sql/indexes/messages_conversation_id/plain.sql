-- Every message of a conversation, deleted ones too: the cascade from conversations, which no partial index serves.
CREATE INDEX messages_conversation_id ON messages (conversation_id);
