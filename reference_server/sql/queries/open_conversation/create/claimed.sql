-- A new conversation $3 of the pair $1 < $2, in the shard of its id; no row when somebody else was faster.
INSERT INTO conversations AS claimed_now (id, user1_id, user2_id)
VALUES ($3, $1, $2)
ON CONFLICT DO NOTHING
RETURNING claimed_now.id, claimed_now.user1_id, claimed_now.user2_id, claimed_now.last_message_id,
    claimed_now.last_message_at, claimed_now.created_at, claimed_now.updated_at;
