-- What user $2 has not read in conversation $1, from the denormalised counter; no row for strangers.
SELECT coalesce(CASE WHEN waiting_in.user1_id = $2 THEN waiting_in.user1_unread_count ELSE waiting_in.user2_unread_count END, 0)
FROM conversations AS waiting_in
WHERE waiting_in.id = $1 AND (waiting_in.user1_id = $2 OR waiting_in.user2_id = $2);
