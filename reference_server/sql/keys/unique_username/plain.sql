-- One user per username.
ALTER TABLE users ADD CONSTRAINT unique_username UNIQUE (username);
