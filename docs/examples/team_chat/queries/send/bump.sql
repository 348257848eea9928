-- Message $2 of $3 is conversation $1's last unless a later one is already; its receiver $4 has one more unread.
-- The conversation first, as a deletion does: two orders of the same locks would be a deadlock.
WITH bumped AS (
    UPDATE rooms AS bumped
    SET last_post_id = CASE WHEN (bumped.last_post_at, bumped.last_post_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_post_id ELSE $2 END,
        last_post_at = CASE WHEN (bumped.last_post_at, bumped.last_post_id) > ($3::timestamptz, $2::uuid) THEN bumped.last_post_at ELSE $3 END,
        changed_at = now()
    WHERE bumped.room_id = $1
    RETURNING bumped.room_id AS id
)
INSERT INTO members AS one_more (account_id, room_id, unread)
SELECT $4, bumped.id, 1 FROM bumped
ON CONFLICT (account_id, room_id) DO UPDATE SET unread = one_more.unread + 1;
