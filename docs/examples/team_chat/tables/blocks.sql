-- Who does not hear whom.
CREATE TABLE mutes (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    muter_id UUID NOT NULL,
    muted_id UUID NOT NULL,
    muted_at TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT NOW()
);
