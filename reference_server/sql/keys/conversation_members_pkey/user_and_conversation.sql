-- A user is in a conversation once; also finds what one user has not read.
ALTER TABLE conversation_members ADD CONSTRAINT conversation_members_pkey PRIMARY KEY (user_id, conversation_id);
