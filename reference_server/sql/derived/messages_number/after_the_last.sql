-- New messages are numbered after those that were loaded with their numbers.
SELECT setval(pg_get_serial_sequence('messages', 'id'), coalesce(max(numbered.id), 0) + 1, false) FROM messages AS numbered;
