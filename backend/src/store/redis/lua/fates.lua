#!lua flags=allow-oom
-- What has become of records, after the prelude: their page life, and their keys. 1 is alive,
-- or may be; 0 is dead. One that was being minted and is not there any more was lost.
turn()
local lost = tonumber(call('HGET', SESSION .. ARGV[2], 'l') or 0) > now
local fates = {}
for place = 3, #ARGV do
  local rec = load(ARGV[place])
  local alive = lost
  if rec then
    alive = rec.stage ~= 'x' and (rec.ends > now or is_minting(rec))
  end
  fates[place - 2] = alive and 1 or 0
end
return fates
