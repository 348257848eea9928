-- A summary of times per 32 blocks instead of an entry per message: tiny, but it knows no conversation.
CREATE INDEX messages_page ON messages USING brin (created_at) WITH (pages_per_range = 32);
