-- Posts in one heap.
CREATE TABLE posts (
    post_id UUID NOT NULL DEFAULT gen_random_uuid(),
    room_id UUID NOT NULL,
    author_id UUID NOT NULL,
    reader_id UUID NOT NULL,
    kind TEXT NOT NULL DEFAULT 'text',
    body TEXT,
    attachments JSONB,
    seen BOOLEAN NOT NULL DEFAULT FALSE,
    seen_at TIMESTAMP WITH TIME ZONE,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW()
);
