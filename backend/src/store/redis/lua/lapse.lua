#!lua flags=allow-oom
-- Ends page lives whose term is over, after the prelude and sessions.lua: term, most,
-- minting, watch_gap. The answer is how many ended, how much became due by it, and whether
-- nothing lapses for now.
local term, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local minting, watch_gap = tonumber(ARGV[4]), tonumber(ARGV[5])

turn(1000)
local is_waiting = is_grace(term, watch_gap)
call('HSET', shard, 'watched', now)
if is_waiting then
  return { 0, 0, 1 }
end
local names = call('ZRANGEBYSCORE', LEASES, '-inf', now, 'LIMIT', 0, most)
local due, ended = 0, 0
for _, name in ipairs(names) do
  if due > 1000 then
    break
  end
  due = due + end_lease(name, minting)
  ended = ended + 1
end
return { ended, due, 0 }
