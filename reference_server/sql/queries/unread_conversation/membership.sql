-- What user $2 has not read in conversation $1, from the member's own row; no row for strangers.
SELECT waiting_in.unread_count
FROM conversation_members AS waiting_in
WHERE waiting_in.user_id = $2 AND waiting_in.conversation_id = $1;
