-- The number of keys and a checksum of all of them that the order of keys and members does not change.
-- ARGV[1]: keys that expire before this moment (ms since 1970) are left out: they may be gone after a restart.
local keys = redis.call('KEYS', '*')
table.sort(keys)
local readers = {
    string = function(key) return { redis.call('GET', key) } end,
    list = function(key) return redis.call('LRANGE', key, 0, -1) end,
    zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
    set = function(key)
        local members = redis.call('SMEMBERS', key)
        table.sort(members)
        return members
    end,
    hash = function(key)
        local flat, pairs_ = redis.call('HGETALL', key), {}
        for i = 1, #flat, 2 do pairs_[#pairs_ + 1] = flat[i] .. '\0' .. flat[i + 1] end
        table.sort(pairs_)
        return pairs_
    end,
    stream = function(key)
        local found = {}
        for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
            found[#found + 1] = entry[1] .. '\0' .. table.concat(entry[2], '\0')
        end
        return found
    end,
}
local count, sum = 0, ''
for _, key in ipairs(keys) do
    local expires = redis.call('PEXPIRETIME', key)
    local kind = redis.call('TYPE', key).ok
    if (expires < 0 or expires > tonumber(ARGV[1])) and readers[kind] then
        count = count + 1
        sum = redis.sha1hex(sum .. key .. '\0' .. table.concat(readers[kind](key), '\0'))
    end
end
return { count, sum }
