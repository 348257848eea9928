-- Two members and the last post. The counters come with the data and leave by derived/members.sql.
CREATE TABLE rooms (
    room_id UUID NOT NULL DEFAULT gen_random_uuid(),
    first_account UUID NOT NULL,
    second_account UUID NOT NULL,
    last_post_id UUID,
    last_post_at TIMESTAMP WITH TIME ZONE,
    user1_unread_count INTEGER,
    user2_unread_count INTEGER,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW(),
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW()
);
