-- Fill message_keys from the loaded messages, then make each id unique: the price of partitions by time.
INSERT INTO message_keys (id)
SELECT loaded.id FROM messages AS loaded;

ALTER TABLE message_keys ADD CONSTRAINT message_keys_pkey PRIMARY KEY (id);
