-- With two levels of partitions the primary key holds both partition keys: message_keys guards the id.
ALTER TABLE messages ADD CONSTRAINT messages_pkey PRIMARY KEY (id, created_at, conversation_id);
