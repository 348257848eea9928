-- A new conversation of the pair $1 < $2; nothing stops two at once from making it twice (schema-report §7.2).
INSERT INTO conversations AS fresh (user1_id, user2_id)
VALUES ($1, $2)
RETURNING fresh.id, fresh.user1_id, fresh.user2_id, fresh.last_message_id, fresh.last_message_at,
    fresh.created_at, fresh.updated_at;
