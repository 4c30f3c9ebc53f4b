#!lua flags=allow-oom
-- Notes what is said to a page life, after the prelude: session, version, said, recalls.
-- The answer is 1, or 0 if the state was another by then.
local session = ARGV[2]

turn()
if call('HGET', SESSION .. session, 'v') ~= ARGV[3] then
  return 0
end
call('HINCRBY', SESSION .. session, 'v', 1)
call('HSET', SESSION .. session, 'd', ARGV[4])
call('LTRIM', WORDS .. session, ARGV[5], -1)
return 1
