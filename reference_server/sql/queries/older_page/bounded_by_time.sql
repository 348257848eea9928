-- The $5 messages of conversation $1 before the cursor ($3, $4), for its member $2: first of the two months before it.
-- Older months are read only when those held too few; their scans are planned all the same, and never executed.
WITH own_older AS (
    SELECT member.id
    FROM conversations AS member
    WHERE member.id = $1 AND ($2 = member.user1_id OR $2 = member.user2_id)
),
recent AS (
    SELECT
        older.id, older.sender_id, older.receiver_id, older.type, older.content, older.media,
        older.is_read, older.read_at, older.created_at
    FROM messages AS older
    WHERE older.conversation_id = (SELECT id FROM own_older)
        AND older.created_at <= $3
        AND older.created_at > $3 - INTERVAL '2 months'
        AND (older.created_at, older.id) < ($3, $4)
    ORDER BY older.created_at DESC, older.id DESC
    LIMIT $5
),
earlier AS (
    SELECT
        rest.id, rest.sender_id, rest.receiver_id, rest.type, rest.content, rest.media,
        rest.is_read, rest.read_at, rest.created_at
    FROM messages AS rest
    WHERE rest.conversation_id = (SELECT id FROM own_older)
        AND rest.created_at <= $3 - INTERVAL '2 months'
        AND (SELECT count(*) FROM recent) < $5
    ORDER BY rest.created_at DESC, rest.id DESC
    LIMIT $5
)
SELECT * FROM recent UNION ALL SELECT * FROM earlier
ORDER BY created_at DESC, id DESC
LIMIT $5;
