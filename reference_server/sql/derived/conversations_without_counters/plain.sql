-- Nobody keeps the counters of conversations here, so the loaded ones go: a stale number is worse than none.
ALTER TABLE conversations DROP COLUMN user1_unread_count, DROP COLUMN user2_unread_count;
