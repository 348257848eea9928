-- How far each user has read each conversation: one row instead of a flag in every message. Keys come after the data.
CREATE TABLE read_watermarks (
    conversation_id UUID NOT NULL,
    user_id UUID NOT NULL,
    last_read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_read_id UUID NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);
