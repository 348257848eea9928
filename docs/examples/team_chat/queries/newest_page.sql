-- The newest $3 posts of room $1, for its member $2; nothing for anybody else.
SELECT
    page.post_id AS id, page.author_id AS sender_id, page.reader_id AS receiver_id, page.kind AS type,
    page.body AS content, page.attachments AS media, page.seen AS is_read, page.seen_at AS read_at,
    page.posted_at AS created_at
FROM posts AS page
JOIN rooms AS of_page ON of_page.room_id = page.room_id
WHERE page.room_id = $1 AND $2 IN (of_page.first_account, of_page.second_account)
ORDER BY page.posted_at DESC, page.post_id DESC
LIMIT $3;
