-- All that user $1 has not read, from the member's own rows.
SELECT coalesce(sum(waiting.unread_count), 0)
FROM conversation_members AS waiting
WHERE waiting.user_id = $1;
