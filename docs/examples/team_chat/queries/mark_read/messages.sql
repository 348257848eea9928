-- Everything unread that $2 received in room $1 is seen now; posts have no updated_at.
UPDATE posts AS seen_now
SET seen = TRUE, seen_at = now()
WHERE seen_now.room_id = $1 AND seen_now.reader_id = $2 AND seen_now.seen = FALSE;
