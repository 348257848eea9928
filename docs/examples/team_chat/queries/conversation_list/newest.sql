-- The $2 conversations of user $1 with the latest activity.
-- What is unread stands in a table of its own.
SELECT
    listed.room_id AS id,
    CASE WHEN listed.first_account = $1 THEN listed.second_account ELSE listed.first_account END AS other_id,
    coalesce(mine.unread, 0) AS unread_count,
    listed.last_post_id AS last_message_id, listed.last_post_at AS last_message_at, listed.opened_at AS created_at, listed.changed_at AS updated_at
FROM rooms AS listed
LEFT JOIN members AS mine ON mine.account_id = $1 AND mine.room_id = listed.room_id
WHERE listed.first_account = $1 OR listed.second_account = $1
ORDER BY listed.last_post_at DESC NULLS LAST, listed.room_id DESC
LIMIT $2;
