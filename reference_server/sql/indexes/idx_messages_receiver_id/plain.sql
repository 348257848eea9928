-- Messages by receiver: the cascade from users.
CREATE INDEX idx_messages_receiver_id ON messages (receiver_id);
