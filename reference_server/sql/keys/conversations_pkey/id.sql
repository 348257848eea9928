-- The primary key of conversations.
ALTER TABLE conversations ADD CONSTRAINT conversations_pkey PRIMARY KEY (id);
