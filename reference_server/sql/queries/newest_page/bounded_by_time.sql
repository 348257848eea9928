-- The newest $3 messages of conversation $1, for its member $2: first of the two months up to its last message.
-- Older months are read only when those held too few; their scans are planned all the same, and never executed.
WITH own_newest AS (
    SELECT member.last_message_at - INTERVAL '2 months' AS since
    FROM conversations AS member
    WHERE member.id = $1 AND ($2 = member.user1_id OR $2 = member.user2_id)
),
recent AS (
    SELECT
        newest.id, newest.sender_id, newest.receiver_id, newest.type, newest.content, newest.media,
        newest.is_read, newest.read_at, newest.created_at
    FROM messages AS newest
    WHERE newest.conversation_id = $1
        AND newest.created_at >= (SELECT since FROM own_newest)
    ORDER BY newest.created_at DESC, newest.id DESC
    LIMIT $3
),
earlier AS (
    SELECT
        rest.id, rest.sender_id, rest.receiver_id, rest.type, rest.content, rest.media,
        rest.is_read, rest.read_at, rest.created_at
    FROM messages AS rest
    WHERE rest.conversation_id = $1
        AND rest.created_at < (SELECT since FROM own_newest)
        AND (SELECT count(*) FROM recent) < $3
    ORDER BY rest.created_at DESC, rest.id DESC
    LIMIT $3
)
SELECT * FROM recent UNION ALL SELECT * FROM earlier
ORDER BY created_at DESC, id DESC
LIMIT $3;
