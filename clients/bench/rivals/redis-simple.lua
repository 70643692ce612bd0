-- The simple transition that the figure to be reached was measured with: state, version, one event.
local state = redis.call('HGET', KEYS[1], 'state') or '0'
if state ~= '0' and state ~= '1' then
    return redis.error_reply('STATE')
end
local to = state == '1' and '0' or '1'
redis.call('HSET', KEYS[1], 'state', to)
redis.call('HINCRBY', KEYS[1], 'version', 1)
return redis.call('XADD', KEYS[2], '*', 'case', KEYS[1], 'from', state, 'to', to, 'event', ARGV[1])
