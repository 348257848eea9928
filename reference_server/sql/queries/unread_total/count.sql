-- All that user $1 has not read, counted: conversation by conversation where the partial index is by conversation, at
-- once where one is by receiver.
SELECT count(*)
FROM conversations AS waiting
JOIN messages AS unseen_anywhere ON unseen_anywhere.conversation_id = waiting.id
WHERE (waiting.user1_id = $1 OR waiting.user2_id = $1)
    AND unseen_anywhere.receiver_id = $1
    AND unseen_anywhere.is_read = FALSE;
