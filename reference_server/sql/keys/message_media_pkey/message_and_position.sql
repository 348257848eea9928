-- The items of a message in their order; also the cascade from messages.
ALTER TABLE message_media ADD CONSTRAINT message_media_pkey PRIMARY KEY (message_id, position);
