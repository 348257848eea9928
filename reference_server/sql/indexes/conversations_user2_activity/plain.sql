-- A user's conversations as the second member, latest activity first, in a total order; also serves the cascade from users.
CREATE INDEX conversations_user2_activity ON conversations (user2_id, last_message_at DESC NULLS LAST, id DESC);
