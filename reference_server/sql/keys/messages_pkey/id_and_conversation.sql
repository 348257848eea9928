-- A partitioned table's primary key holds the partition key, so the id alone is not unique here: message_keys guards it.
ALTER TABLE messages ADD CONSTRAINT messages_pkey PRIMARY KEY (id, conversation_id);
