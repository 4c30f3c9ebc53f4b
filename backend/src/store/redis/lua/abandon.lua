#!lua flags=allow-oom
-- Gives up a record whose token nobody has, after the prelude: key, and for how long it may be
-- alive all the same (0 if it was not minted).
turn()
local rec = get(ARGV[2])
if rec and is_minting(rec) then
  if tonumber(ARGV[3]) > 0 then
    lose(rec, now + tonumber(ARGV[3]))
  end
  remove(rec)
end
return 'OK'
