-- The $5 messages of conversation $1 before the instant $3, for its member $2; the cursor's id $4 is not looked at.
-- Others of the instant at which a page ended are lost: a time alone is no place in the list.
SELECT
    older.id, older.sender_id, older.receiver_id, older.type, older.content, older.media,
    older.is_read, older.read_at, older.created_at
FROM messages AS older
WHERE older.conversation_id = $1
    AND older.created_at < $3
    AND $4::uuid IS NOT NULL
    AND EXISTS (
        SELECT 1 FROM conversations AS own_older
        WHERE own_older.id = $1 AND ($2 = own_older.user1_id OR $2 = own_older.user2_id)
    )
ORDER BY older.created_at DESC
LIMIT $5;
