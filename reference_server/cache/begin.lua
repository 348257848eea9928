-- A change of a user's unread counts starts: nobody may store a count read from the database until it has ended.
-- KEYS: sequence, in flight. ARGV: seconds that the marks live if their process dies.
redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[1])
