-- A user's conversations as the first member, latest activity first, in a total order; also serves the cascade from users.
CREATE INDEX conversations_user1_activity ON conversations (user1_id, last_message_at DESC NULLS LAST, id DESC);
