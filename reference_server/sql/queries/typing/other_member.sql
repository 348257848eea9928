-- Who sees that $2 is typing in conversation $1; no row for strangers.
SELECT CASE WHEN typed.user1_id = $2 THEN typed.user2_id ELSE typed.user1_id END
FROM conversations AS typed
WHERE typed.id = $1 AND (typed.user1_id = $2 OR typed.user2_id = $2);
