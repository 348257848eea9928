-- One row per user and conversation, with all that the user's list shows: the list is one range of one index.
-- The price: each message writes both members' rows. Keys come after the data.
CREATE TABLE conversation_members (
    user_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    other_id UUID NOT NULL,
    last_message_id UUID,
    last_message_at TIMESTAMP WITH TIME ZONE,
    unread_count INTEGER NOT NULL DEFAULT 0,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);
