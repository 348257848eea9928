-- The $4 conversations of user $1 after the cursor ($2, $3); one without messages stands at 1970.
-- What is unread stands in a table of its own.
SELECT
    listed_after.room_id AS id,
    CASE WHEN listed_after.first_account = $1 THEN listed_after.second_account ELSE listed_after.first_account END AS other_id,
    coalesce(mine.unread, 0) AS unread_count,
    listed_after.last_post_id AS last_message_id, listed_after.last_post_at AS last_message_at, listed_after.opened_at AS created_at, listed_after.changed_at AS updated_at
FROM rooms AS listed_after
LEFT JOIN members AS mine ON mine.account_id = $1 AND mine.room_id = listed_after.room_id
WHERE (listed_after.first_account = $1 OR listed_after.second_account = $1)
    AND (coalesce(listed_after.last_post_at, TIMESTAMPTZ '1970-01-01 00:00:00+00'), listed_after.room_id) < ($2, $3)
ORDER BY listed_after.last_post_at DESC NULLS LAST, listed_after.room_id DESC
LIMIT $4;
