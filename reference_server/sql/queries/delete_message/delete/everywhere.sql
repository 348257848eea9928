-- Delete message $1, sent at $2, from messages or from messages_archive.
WITH gone AS (
    DELETE FROM messages AS gone
    WHERE gone.id = $1 AND gone.created_at = $2
    RETURNING gone.is_read
), gone_archived AS (
    DELETE FROM messages_archive AS gone_archived
    WHERE gone_archived.id = $1 AND gone_archived.created_at = $2
    RETURNING gone_archived.is_read
)
SELECT gone.is_read FROM gone
UNION ALL
SELECT gone_archived.is_read FROM gone_archived;
