#!lua flags=no-writes
-- The page lives for which word was left, after the prelude: the number to go on from. The
-- answer is the next number, and the page lives.
local all = tonumber(call('HGET', shard, 'told') or 0)
local new = math.min(all - tonumber(ARGV[2]), MOST_TOLD)
if new <= 0 then
  return { all, {} }
end
return { all, call('LRANGE', TOLD, -new, -1) }
