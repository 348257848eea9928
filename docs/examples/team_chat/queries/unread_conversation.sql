-- What user $2 has not read in conversation $1; no row for strangers.
SELECT coalesce(mine.unread, 0)
FROM rooms AS waiting_in
LEFT JOIN members AS mine ON mine.account_id = $2 AND mine.room_id = waiting_in.room_id
WHERE waiting_in.room_id = $1 AND (waiting_in.first_account = $2 OR waiting_in.second_account = $2);
