-- Where message $1 is, if $2 may see it.
-- Looked for in messages_archive too.
SELECT doomed.conversation_id, doomed.sender_id, doomed.receiver_id, doomed.created_at
FROM messages_everywhere AS doomed
WHERE doomed.id = $1 AND (doomed.sender_id = $2 OR doomed.receiver_id = $2);
