-- A new conversation of the pair $1 < $2; no row when somebody else was faster.
INSERT INTO conversations AS fresh (user1_id, user2_id)
VALUES ($1, $2)
ON CONFLICT (user1_id, user2_id) DO NOTHING
RETURNING fresh.id, fresh.user1_id, fresh.user2_id, fresh.last_message_id, fresh.last_message_at,
    fresh.created_at, fresh.updated_at;
