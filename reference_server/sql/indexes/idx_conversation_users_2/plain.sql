-- Conversations by second member, and the cascade from users.
CREATE INDEX idx_conversation_users_2 ON conversations (user2_id);
