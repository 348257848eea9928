-- A user's conversations, latest activity first, in a total order.
CREATE INDEX conversation_members_activity
    ON conversation_members (user_id, last_message_at DESC NULLS LAST, conversation_id DESC);
