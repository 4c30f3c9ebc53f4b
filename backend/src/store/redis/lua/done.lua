#!lua flags=allow-oom
-- These are dead at the authorization server, after the prelude: key and class of each.
turn()
for at = 2, #ARGV, 2 do
  local rec = get(ARGV[at])
  if rec and ARGV[at + 1] == 'u' then
    -- Whoever makes names up must not fill the record with them.
    remove(rec)
  elseif rec then
    unqueue(rec)
    if rec.stage == 'l' then
      count('live', -1)
    end
    call('HSET', RECORD .. rec.key, 't', 'x')
    call('HDEL', RECORD .. rec.key, 'q')
    call('DEL', SEALED .. rec.key)
  end
end
return 'OK'
