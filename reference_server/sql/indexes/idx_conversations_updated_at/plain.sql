-- Conversations by latest change, as §8.3 has it where §2.1 lists last_message_at: every send moves it, no query asks.
CREATE INDEX idx_conversations_updated_at ON conversations (updated_at);
