-- One count per user and conversation; also finds all counts of a user.
ALTER TABLE unread_counters ADD CONSTRAINT unread_counters_pkey PRIMARY KEY (user_id, conversation_id);
