-- A message's media, one row per item (schema-report §8.2's other way): MessageMedia's fields as columns. Keys come after.
CREATE TABLE message_media (
    message_id UUID NOT NULL,
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    thumbnail TEXT,
    type VARCHAR(20) NOT NULL,
    filename TEXT,
    mime_type TEXT,
    size BIGINT,
    width INTEGER,
    height INTEGER,
    duration INTEGER
);
