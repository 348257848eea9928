-- The conversations of user $1 and their other members, who lose them too.
SELECT shared.id, CASE WHEN shared.user1_id = $1 THEN shared.user2_id ELSE shared.user1_id END AS other_id
FROM conversations AS shared
WHERE shared.user1_id = $1 OR shared.user2_id = $1;
