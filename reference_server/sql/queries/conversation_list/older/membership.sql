-- The $4 conversations of user $1 after the cursor ($2, $3); one without messages stands at 1970.
-- Two branches: with messages (a range of the index) and without (the index's NULLs).
SELECT listed_after.id, listed_after.other_id, listed_after.unread_count, listed_after.last_message_id,
    listed_after.last_message_at, listed_after.created_at, listed_after.updated_at
FROM (
    (SELECT
        spoken.conversation_id AS id, spoken.other_id, spoken.unread_count,
        spoken.last_message_id, spoken.last_message_at, spoken.created_at, spoken.updated_at
    FROM conversation_members AS spoken
    WHERE spoken.user_id = $1
        AND (spoken.last_message_at, spoken.conversation_id) < ($2, $3)
    ORDER BY spoken.last_message_at DESC NULLS LAST, spoken.conversation_id DESC
    LIMIT $4)
    UNION ALL
    (SELECT
        silent.conversation_id AS id, silent.other_id, silent.unread_count,
        silent.last_message_id, silent.last_message_at, silent.created_at, silent.updated_at
    FROM conversation_members AS silent
    WHERE silent.user_id = $1
        AND silent.last_message_at IS NULL
        AND (TIMESTAMPTZ '1970-01-01 00:00:00+00', silent.conversation_id) < ($2, $3)
    ORDER BY silent.conversation_id DESC
    LIMIT $4)
) AS listed_after
ORDER BY listed_after.last_message_at DESC NULLS LAST, listed_after.id DESC
LIMIT $4;
