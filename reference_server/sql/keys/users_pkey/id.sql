-- The primary key of users.
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
