-- The other member of conversation $1, who is told that $2 read $3 messages; there is no counter to change.
SELECT CASE WHEN caught_up.user1_id = $2 THEN caught_up.user2_id ELSE caught_up.user1_id END AS other_id
FROM conversations AS caught_up
WHERE caught_up.id = $1 AND $3::integer > 0;
