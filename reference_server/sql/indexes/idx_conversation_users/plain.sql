-- Conversations by first member, and the cascade from users.
CREATE INDEX idx_conversation_users ON conversations (user1_id);
