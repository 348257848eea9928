-- All that user $1 has not read, from a short range of narrow rows.
SELECT coalesce(sum(waiting.unread_count), 0)
FROM unread_counters AS waiting
WHERE waiting.user_id = $1;
