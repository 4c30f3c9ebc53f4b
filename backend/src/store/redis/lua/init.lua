#!lua flags=allow-oom
-- Begins a shard, after the prelude: is_first. Where the server has lost what it had in memory and
-- may have come back with less, is_anew says so, and the shard goes back no further than to now.
-- Unless it is_durable, it is remembered which server it was.
local is_first, is_anew, is_durable = ARGV[2], ARGV[3], ARGV[4] == '1'

if not open(is_first) and is_anew == '1' then
  begin_anew()
end
if is_durable then
  call('HDEL', shard, 'run')
else
  meet()
  local run = run_of_server()
  if run then
    call('HSETNX', shard, 'run', run)
  end
end
return 'OK'
