-- User $1 with the name $2 comes into being; again changes nothing.
INSERT INTO users AS newcomer (id, username)
SELECT $1::UUID, $2::TEXT
WHERE NOT EXISTS (SELECT FROM users AS known WHERE known.id = $1);
