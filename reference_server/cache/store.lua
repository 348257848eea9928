-- Store a count read from the database, unless a change was in flight or has started since before the read.
-- KEYS: sequence, in flight, count. ARGV: the sequence before the read ('' if there was none), the count.
local now = redis.call('GET', KEYS[1]) or ''
if now == ARGV[1] and redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('SET', KEYS[3], ARGV[2])
    return 1
end
return 0
