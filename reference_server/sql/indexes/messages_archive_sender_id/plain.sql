-- Archived messages by sender: the cascade from users.
CREATE INDEX messages_archive_sender_id ON messages_archive (sender_id);
