-- The people. Keys come after the data.
CREATE TABLE accounts (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    login TEXT NOT NULL,
    full_name TEXT,
    joined_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW(),
    locale TEXT NOT NULL DEFAULT 'en'
);
