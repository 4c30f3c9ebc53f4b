#!lua flags=allow-oom
-- What has become of records, after the prelude: their page life, and their keys. 1 is alive,
-- or may be; 0 is dead.
turn()
local recs, are_there = {}, true
for place = 3, #ARGV do
  recs[place - 2] = get(ARGV[place]) or false
  are_there = are_there and recs[place - 2]
end
if not are_there then
  meet()
end
-- One that was being minted and is not there any more was lost.
local lost = tonumber(call('HGET', SESSION .. ARGV[2], 'l') or 0) > now
-- So was what the server forgot while somebody waited, for seconds, for its end.
local anew = call('HGET', shard, 'anew')
lost = lost or anew and now - tonumber(anew) < 60000
local fates = {}
for place, rec in ipairs(recs) do
  local is_alive = lost
  if rec then
    is_alive = rec.stage ~= 'x'
  end
  fates[place] = is_alive and 1 or 0
end
return fates
