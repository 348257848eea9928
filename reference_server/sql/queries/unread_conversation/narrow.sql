-- What user $2 has not read in conversation $1; no row for strangers.
SELECT coalesce(mine.unread_count, 0)
FROM conversations AS waiting_in
LEFT JOIN unread_counters AS mine ON mine.user_id = $2 AND mine.conversation_id = waiting_in.id
WHERE waiting_in.id = $1 AND (waiting_in.user1_id = $2 OR waiting_in.user2_id = $2);
