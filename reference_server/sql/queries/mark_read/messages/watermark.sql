-- Everything that $2 received in conversation $1 is read now: one row moves, whatever the number of messages.
-- Answers how many were above the watermark, from the page index: "not sent by $2" rather than "received by $2", since
-- the planner cannot know how few lie above and would otherwise combine it with all that $2 ever received.
WITH unseen AS (
    SELECT seen.created_at, seen.id
    FROM messages AS seen
    WHERE seen.conversation_id = $1 AND seen.sender_id <> $2
        AND EXISTS (
            SELECT 1 FROM conversations AS own_seen
            WHERE own_seen.id = $1 AND ($2 = own_seen.user1_id OR $2 = own_seen.user2_id)
        )
        AND (seen.created_at, seen.id) > (
            coalesce((SELECT low.last_read_at FROM read_watermarks AS low WHERE low.conversation_id = $1 AND low.user_id = $2), '-infinity'),
            coalesce((SELECT low.last_read_id FROM read_watermarks AS low WHERE low.conversation_id = $1 AND low.user_id = $2), '00000000-0000-0000-0000-000000000000')
        )
), moved AS (
    INSERT INTO read_watermarks AS mark (conversation_id, user_id, last_read_at, last_read_id)
    SELECT $1, $2, unseen.created_at, unseen.id FROM unseen
    ORDER BY unseen.created_at DESC, unseen.id DESC
    LIMIT 1
    ON CONFLICT (conversation_id, user_id) DO UPDATE
    SET last_read_at = EXCLUDED.last_read_at, last_read_id = EXCLUDED.last_read_id, updated_at = now()
)
SELECT count(*) FROM unseen;
