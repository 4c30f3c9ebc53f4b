#!lua flags=allow-oom
-- How much there is, after the prelude: live, due, leases, unknown.
turn(1000)
local f = call('HMGET', shard, 'live', 'unknown')
local due = call('ZCARD', LATER) + call('ZCARD', READY .. 'k') + call('ZCARD', READY .. 'u')
return { tonumber(f[1] or 0), due, call('ZCARD', LEASES), tonumber(f[2] or 0) }
