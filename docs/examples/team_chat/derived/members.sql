-- The loaded counters become the members' rows.
INSERT INTO members (account_id, room_id, unread)
SELECT side.account_id, rooms.room_id, side.unread
FROM rooms
CROSS JOIN LATERAL (
    VALUES (rooms.first_account, rooms.user1_unread_count), (rooms.second_account, rooms.user2_unread_count)
) AS side (account_id, unread);

ALTER TABLE rooms DROP COLUMN user1_unread_count, DROP COLUMN user2_unread_count;
