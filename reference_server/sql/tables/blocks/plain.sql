-- Who blocks whom (schema-report §1.3). Keys come after the data.
CREATE TABLE blocks (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    blocker_id UUID NOT NULL,
    blocked_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT NOW()
);
