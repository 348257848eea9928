-- Every message id once, where messages itself cannot promise it: its primary key holds created_at.
CREATE TABLE message_keys (
    id UUID NOT NULL
);
