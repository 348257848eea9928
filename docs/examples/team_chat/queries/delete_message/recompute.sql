-- After a deletion: conversation $1's last message is the newest left, and its receiver $2 has $3 fewer unread.
WITH shrunk AS (
    UPDATE rooms AS shrunk
    SET (last_post_id, last_post_at) = (
            SELECT remaining.post_id AS id, remaining.posted_at AS created_at FROM posts AS remaining
            WHERE remaining.room_id = $1
            ORDER BY remaining.posted_at DESC, remaining.post_id DESC
            LIMIT 1
        ),
        changed_at = now()
    WHERE shrunk.room_id = $1
    RETURNING shrunk.room_id AS id
)
UPDATE members AS one_fewer
SET unread = greatest(one_fewer.unread - $3, 0)
FROM shrunk
WHERE one_fewer.room_id = shrunk.id AND one_fewer.account_id = $2;
