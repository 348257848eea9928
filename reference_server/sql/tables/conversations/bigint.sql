-- As plain, with a number for the last message: two members, the last message and both unread counters denormalised (schema-report §1.1). Keys come after the data.
CREATE TABLE conversations (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user1_id UUID NOT NULL,
    user2_id UUID NOT NULL,
    last_message_id BIGINT,
    last_message_at TIMESTAMP WITH TIME ZONE,
    user1_unread_count INTEGER DEFAULT 0,
    user2_unread_count INTEGER DEFAULT 0,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW(),
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);
