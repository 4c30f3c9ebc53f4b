#!lua flags=allow-oom
-- These are to be claimed again after so long, after the prelude: key and milliseconds of each.
turn()
for at = 2, #ARGV, 2 do
  local rec = get(ARGV[at])
  -- Another one may have done it since its claim ran out.
  if rec and rec.stage == 'd' and is_claimed(rec) then
    local till = now + tonumber(ARGV[at + 1])
    call('HSET', RECORD .. rec.key, 'q', till)
    call('ZADD', LATER, till, rec.key)
  end
end
return 'OK'
