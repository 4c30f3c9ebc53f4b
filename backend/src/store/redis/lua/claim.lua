#!lua flags=allow-oom
-- Takes what is due, after the prelude and work.lua: a claim (five). The longest life first; what
-- is unknown from both ends of its line, by turns as it were: whoever makes names up in numbers
-- keeps waiting neither who was there before nor who comes after.
local claim = claim_at(2)

turn()
wake()
local recs = {}
local range = claim.class == 'u' and now % 2 == 1 and 'ZREVRANGE' or 'ZRANGE'
if claim.most > 0 then
  for _, key in ipairs(call(range, READY .. claim.class, 0, claim.most - 1)) do
    local rec = get(key)
    if rec then
      recs[#recs + 1] = rec
    else
      call('ZREM', READY .. claim.class, key)
    end
  end
end
return claim_of(recs, claim)
