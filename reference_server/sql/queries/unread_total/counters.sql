-- All that user $1 has not read, from the denormalised counters.
SELECT coalesce(sum(CASE WHEN waiting.user1_id = $1 THEN waiting.user1_unread_count ELSE waiting.user2_unread_count END), 0)
FROM conversations AS waiting
WHERE waiting.user1_id = $1 OR waiting.user2_id = $1;
