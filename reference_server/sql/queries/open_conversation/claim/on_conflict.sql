-- The conversation id of the pair $1 < $2, given now if nobody has yet: asked of shard 0 before the id's own shard.
INSERT INTO conversation_pairs AS claimed (user1_id, user2_id)
VALUES ($1, $2)
ON CONFLICT (user1_id, user2_id) DO UPDATE SET user1_id = claimed.user1_id
RETURNING claimed.id;
