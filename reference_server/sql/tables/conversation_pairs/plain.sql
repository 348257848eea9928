-- Which conversation a pair of users has, for all shards: only shard 0 keeps it filled.
CREATE TABLE conversation_pairs (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user1_id UUID NOT NULL,
    user2_id UUID NOT NULL
);
