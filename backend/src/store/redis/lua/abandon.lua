#!lua flags=allow-oom
-- Gives up a record whose token was not minted, after the prelude: key.
turn()
local rec = get(ARGV[2])
if rec and is_minting(rec) then
  remove(rec)
end
return 'OK'
