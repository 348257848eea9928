-- Without ON DELETE CASCADE: a user who is a second member cannot leave.
ALTER TABLE conversations ADD CONSTRAINT conversations_user2_id_fkey FOREIGN KEY (user2_id) REFERENCES users (id);
