-- A new conversation of the pair $1 < $2 with both members' rows; no row when somebody else was faster.
WITH fresh AS (
    INSERT INTO conversations AS made (user1_id, user2_id)
    VALUES ($1, $2)
    ON CONFLICT (user1_id, user2_id) DO NOTHING
    RETURNING made.id, made.user1_id, made.user2_id, made.last_message_id, made.last_message_at,
        made.created_at, made.updated_at
), joined AS (
    INSERT INTO conversation_members (user_id, conversation_id, other_id, created_at, updated_at)
    SELECT side.user_id, fresh.id, side.other_id, fresh.created_at, fresh.updated_at
    FROM fresh
    CROSS JOIN LATERAL (
        VALUES (fresh.user1_id, fresh.user2_id), (fresh.user2_id, fresh.user1_id)
    ) AS side (user_id, other_id)
)
SELECT fresh.id, fresh.user1_id, fresh.user2_id, fresh.last_message_id, fresh.last_message_at,
    fresh.created_at, fresh.updated_at
FROM fresh;
