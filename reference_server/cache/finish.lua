-- A change of a user's unread counts has ended with a known outcome: the counts that exist take it.
-- KEYS: in flight, total, conversation. ARGV: what the total gains, 'add' or 'reset' for the conversation.
-- Answers the conversation's count before, or false.
local before = redis.call('GET', KEYS[3])
if redis.call('EXISTS', KEYS[1]) == 0 then
    -- The mark has expired: somebody may have stored a count in between, and it may hold this change or not.
    redis.call('DEL', KEYS[2], KEYS[3])
    return before
end
if redis.call('DECR', KEYS[1]) <= 0 then
    redis.call('DEL', KEYS[1])
end
if ARGV[1] ~= '0' then
    if redis.call('EXISTS', KEYS[2]) == 1 then
        redis.call('INCRBY', KEYS[2], ARGV[1])
    end
    if ARGV[2] == 'add' and before then
        redis.call('INCRBY', KEYS[3], ARGV[1])
    end
end
if ARGV[2] == 'reset' then
    redis.call('DEL', KEYS[3])
end
return before
