-- For the cascade from the second user.
CREATE INDEX idx_conversation_pairs_user2 ON conversation_pairs (user2_id);
