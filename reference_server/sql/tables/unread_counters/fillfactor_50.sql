-- A user's unread count of a conversation, in a row that holds nothing else. No index holds the count and half of each
-- page is left free, so every change is a HOT update of 50 bytes. Keys come after the data.
CREATE TABLE unread_counters (
    user_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    unread_count INTEGER NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
