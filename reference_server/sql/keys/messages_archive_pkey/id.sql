-- The primary key of messages_archive.
ALTER TABLE messages_archive ADD CONSTRAINT messages_archive_pkey PRIMARY KEY (id);
