#!lua flags=allow-oom
-- Hears a page life, after the prelude and sessions.lua: session, user, sign_in, takes_over,
-- term, sign ("begins" a lease where there is none, "renews" one, or only "looks"),
-- minting, watch_gap, leases_per_sign_in, records.
local session, user, sign_in = ARGV[2], ARGV[3], ARGV[4]
local takes_over, term, sign = ARGV[5] == '1', tonumber(ARGV[6]), ARGV[7]
local minting, watch_gap = tonumber(ARGV[8]), tonumber(ARGV[9])

turn()
local former = former_of(session, sign_in)
if former and not takes_over then
  return former
end
lapse_late(session, term, watch_gap, minting)
if sign ~= 'begins' and call('HEXISTS', SESSION .. session, 'e') == 0 then
  return { 'ended' }
end
if not has_room_for_lease(session, sign_in, tonumber(ARGV[10]), tonumber(ARGV[11])) then
  return { 'full' }
end
if sign ~= 'looks' then
  adopt(session, user, sign_in, minting)
  hear(session, sign_in, term)
end
local f = call('HMGET', SESSION .. session, 'd', 'v')
return {
  'renewed', call('HSET', SESSION .. session, 't', 1), f[1] or '',
  call('LRANGE', WORDS .. session, 0, -1), tonumber(f[2]),
}
