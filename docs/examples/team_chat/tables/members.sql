-- A member of a room, and what they have not read in it.
CREATE TABLE members (
    account_id UUID NOT NULL,
    room_id UUID NOT NULL,
    unread INTEGER NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
