-- Archived messages by receiver: the cascade from users.
CREATE INDEX messages_archive_receiver_id ON messages_archive (receiver_id);
