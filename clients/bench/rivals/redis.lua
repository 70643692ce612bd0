-- One transition as the daemon makes it, all or nothing, for Redis. The texts are put in when the script is loaded: they
-- are as long as the daemon's, and cost Redis no parsing.
-- KEYS: the case, the events, the streams of two departments, their open tasks, the due moments
-- ARGV: the command
local case, events, one, other, tasks, due = unpack(KEYS)
local state, version = unpack(redis.call('HMGET', case, 'state', 'version'))
version = (version or 0) + 1
local answer = 'answer:' .. case .. ':' .. version -- stands for the id of the command
if not redis.call('SET', answer, '@answer@', 'NX') then
    return redis.call('GET', answer)
end
if state and state ~= '0' and state ~= '1' then
    return redis.error_reply('STATE')
end
local to = state == '1' and '0' or '1'
redis.call('HSET', case, 'state', to, 'version', version, 'case', '@case@')
local event = redis.call('XADD', events, '*', 'case', case, 'to', to, 'event', '@event@')
redis.call('XADD', one, '*', 'event', event, 'notice', '@notice@')
redis.call('XADD', other, '*', 'event', event, 'notice', '@notice@')
redis.call('ZREM', tasks, case .. ':' .. (version - 1))
redis.call('ZADD', tasks, version, case .. ':' .. version)
redis.call('ZADD', due, version, case)
return event
