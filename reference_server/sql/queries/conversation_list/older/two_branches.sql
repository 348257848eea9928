-- The $4 conversations of user $1 after the cursor ($2, $3); one without messages stands at 1970.
-- Four branches: as either member, with messages (a range of the index) and without (the index's NULLs).
SELECT listed_after.id, listed_after.other_id, listed_after.unread_count, listed_after.last_message_id,
    listed_after.last_message_at, listed_after.created_at, listed_after.updated_at
FROM (
    (SELECT first_spoken.id, first_spoken.user2_id AS other_id, coalesce(first_spoken.user1_unread_count, 0) AS unread_count,
        first_spoken.last_message_id, first_spoken.last_message_at, first_spoken.created_at, first_spoken.updated_at
    FROM conversations AS first_spoken
    WHERE first_spoken.user1_id = $1
        AND (first_spoken.last_message_at, first_spoken.id) < ($2, $3)
    ORDER BY first_spoken.last_message_at DESC NULLS LAST, first_spoken.id DESC
    LIMIT $4)
    UNION ALL
    (SELECT first_silent.id, first_silent.user2_id AS other_id, coalesce(first_silent.user1_unread_count, 0) AS unread_count,
        first_silent.last_message_id, first_silent.last_message_at, first_silent.created_at, first_silent.updated_at
    FROM conversations AS first_silent
    WHERE first_silent.user1_id = $1
        AND first_silent.last_message_at IS NULL AND (TIMESTAMPTZ '1970-01-01 00:00:00+00', first_silent.id) < ($2, $3)
    ORDER BY first_silent.id DESC
    LIMIT $4)
    UNION ALL
    (SELECT second_spoken.id, second_spoken.user1_id AS other_id, coalesce(second_spoken.user2_unread_count, 0) AS unread_count,
        second_spoken.last_message_id, second_spoken.last_message_at, second_spoken.created_at, second_spoken.updated_at
    FROM conversations AS second_spoken
    WHERE second_spoken.user2_id = $1
        AND (second_spoken.last_message_at, second_spoken.id) < ($2, $3)
    ORDER BY second_spoken.last_message_at DESC NULLS LAST, second_spoken.id DESC
    LIMIT $4)
    UNION ALL
    (SELECT second_silent.id, second_silent.user1_id AS other_id, coalesce(second_silent.user2_unread_count, 0) AS unread_count,
        second_silent.last_message_id, second_silent.last_message_at, second_silent.created_at, second_silent.updated_at
    FROM conversations AS second_silent
    WHERE second_silent.user2_id = $1
        AND second_silent.last_message_at IS NULL AND (TIMESTAMPTZ '1970-01-01 00:00:00+00', second_silent.id) < ($2, $3)
    ORDER BY second_silent.id DESC
    LIMIT $4)
) AS listed_after
ORDER BY listed_after.last_message_at DESC NULLS LAST, listed_after.id DESC
LIMIT $4;
