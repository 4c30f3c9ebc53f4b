#!lua flags=allow-oom
-- Begins a shard: is_first. Where the server has lost what it had in memory and may have
-- come back with less, is_anew says so, and the shard goes back no further than to now.
local is_first, is_anew = ARGV[2], ARGV[3]

local is_new = call('EXISTS', shard) == 0
open(is_first)
if is_anew == '1' and not is_new then
  call('HSET', shard, 'since', now, 'first', 0)
end
return 'OK'
