-- One watermark per user and conversation; also the cascade from conversations.
ALTER TABLE read_watermarks ADD CONSTRAINT read_watermarks_pkey PRIMARY KEY (conversation_id, user_id);
