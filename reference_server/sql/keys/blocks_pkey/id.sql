-- The primary key of blocks.
ALTER TABLE blocks ADD CONSTRAINT blocks_pkey PRIMARY KEY (id);
