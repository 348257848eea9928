-- What $2 received and has not read in conversation $1, the earliest first: two readers at once take the same order.
SELECT unseen_one.id, unseen_one.created_at
FROM messages AS unseen_one
WHERE unseen_one.conversation_id = $1 AND unseen_one.receiver_id = $2 AND unseen_one.is_read = FALSE
ORDER BY unseen_one.created_at, unseen_one.id;
