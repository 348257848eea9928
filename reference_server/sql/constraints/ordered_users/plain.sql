-- The member with the smaller id comes first, so that a pair has one spelling (schema-report §6.2).
ALTER TABLE conversations ADD CONSTRAINT ordered_users CHECK (user1_id < user2_id);
