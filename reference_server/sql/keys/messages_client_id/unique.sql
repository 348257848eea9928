-- A send that is tried again finds what the first try stored, by the id that its client chose.
ALTER TABLE messages ADD CONSTRAINT messages_client_id UNIQUE (client_id);
