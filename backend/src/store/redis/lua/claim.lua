#!lua flags=allow-oom
-- Takes what is due, the longest life first, after the prelude and work.lua: a claim (five).
local claim = claim_at(2)

turn()
wake()
local recs = {}
if claim.most > 0 then
  for _, key in ipairs(call('ZRANGE', READY .. claim.class, 0, claim.most - 1)) do
    local rec = get(key)
    if rec then
      recs[#recs + 1] = rec
    else
      call('ZREM', READY .. claim.class, key)
    end
  end
end
return claim_of(recs, claim)
