-- What user $2 has not read in conversation $1, counted from the partial index; no row for strangers.
SELECT (
    SELECT count(*) FROM messages AS unseen
    WHERE unseen.conversation_id = $1 AND unseen.receiver_id = $2 AND unseen.is_read = FALSE
)
FROM conversations AS waiting_in
WHERE waiting_in.id = $1 AND (waiting_in.user1_id = $2 OR waiting_in.user2_id = $2);
