-- Members go with their room.
ALTER TABLE members ADD CONSTRAINT members_room_fkey
    FOREIGN KEY (room_id) REFERENCES rooms (room_id) ON DELETE CASCADE;
