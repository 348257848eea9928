-- The primary key of messages.
ALTER TABLE messages ADD CONSTRAINT messages_pkey PRIMARY KEY (id);
