-- A change of a user's unread counts has ended and nobody knows how: the counts go, the next reader rebuilds them.
-- KEYS: in flight, total, conversation.
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('DECR', KEYS[1]) <= 0 then
    redis.call('DEL', KEYS[1])
end
redis.call('DEL', KEYS[2], KEYS[3])
