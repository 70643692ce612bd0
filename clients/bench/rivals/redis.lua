-- One transition as the daemon makes it, all or nothing, for Redis.
-- KEYS: the case, the events, the streams of two departments, their open tasks, the due moments
-- ARGV: texts as long as the daemon's: case, event, notice, answer
local state, version = unpack(redis.call('HMGET', KEYS[1], 'state', 'version'))
version = tonumber(version or 0) + 1
local answer = 'answer:' .. KEYS[1] .. ':' .. version
if redis.call('EXISTS', answer) == 1 then
    return redis.call('GET', answer)
end
if state and state ~= '0' and state ~= '1' then
    return redis.error_reply('STATE')
end
local to = state == '1' and '0' or '1'
redis.call('HSET', KEYS[1], 'state', to, 'version', version, 'case', ARGV[1])
local event = redis.call('XADD', KEYS[2], '*', 'case', KEYS[1], 'from', state or '0', 'to', to, 'event', ARGV[2])
redis.call('XADD', KEYS[3], '*', 'event', event, 'notice', ARGV[3])
redis.call('XADD', KEYS[4], '*', 'event', event, 'notice', ARGV[3])
redis.call('ZREM', KEYS[5], KEYS[1] .. ':' .. (version - 1))
redis.call('ZADD', KEYS[5], version, KEYS[1] .. ':' .. version)
redis.call('ZADD', KEYS[6], version, KEYS[1])
redis.call('SET', answer, ARGV[4], 'EX', 5184000)
return event
