-- Messages by sender: the cascade from users.
CREATE INDEX idx_messages_sender_id ON messages (sender_id);
