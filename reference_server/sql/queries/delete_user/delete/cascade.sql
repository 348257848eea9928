-- Delete user $1; conversations, messages and blocks go with them.
DELETE FROM users AS leaving
WHERE leaving.id = $1;
