-- All that user $1 has not read, from a short range of narrow rows.
SELECT coalesce(sum(waiting.unread), 0)
FROM members AS waiting
WHERE waiting.account_id = $1;
