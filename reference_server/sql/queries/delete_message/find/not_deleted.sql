-- Where message $1 is, if $2 may see it and nobody deleted it.
SELECT doomed.conversation_id, doomed.sender_id, doomed.receiver_id, doomed.created_at
FROM messages AS doomed
WHERE doomed.id = $1 AND doomed.deleted_at IS NULL AND (doomed.sender_id = $2 OR doomed.receiver_id = $2);
