-- Hold conversation $1 while its last message is found again: two deletions at once would each see the other's message.
SELECT held.id FROM conversations AS held
WHERE held.id = $1
FOR NO KEY UPDATE;
