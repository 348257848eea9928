-- One row for each member of a room; also finds all counts of an account.
ALTER TABLE members ADD CONSTRAINT members_pkey PRIMARY KEY (account_id, room_id);
