-- Two users share one conversation (missing in the report, §7.2); also finds conversations by their first member.
ALTER TABLE conversations ADD CONSTRAINT unique_pair UNIQUE (user1_id, user2_id);
