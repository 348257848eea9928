-- Who receives what $2 says in conversation $1, and whether either blocks the other; no row for strangers.
SELECT addressed.receiver_id,
    EXISTS (
        SELECT 1 FROM blocks AS by_sender
        WHERE by_sender.blocker_id = $2 AND by_sender.blocked_id = addressed.receiver_id
    ) AS blocked_by_me,
    EXISTS (
        SELECT 1 FROM blocks AS by_receiver
        WHERE by_receiver.blocker_id = addressed.receiver_id AND by_receiver.blocked_id = $2
    ) AS blocks_me
FROM (
    SELECT CASE WHEN asked.user1_id = $2 THEN asked.user2_id ELSE asked.user1_id END AS receiver_id
    FROM conversations AS asked
    WHERE asked.id = $1 AND (asked.user1_id = $2 OR asked.user2_id = $2)
) AS addressed;
