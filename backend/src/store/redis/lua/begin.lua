#!lua
-- Enters a token request, after the prelude and sessions.lua: session, id, key, user,
-- sign_in, asks_for, term ('' without a lease), takes_over, minting, watch_gap,
-- per_session, records, leases_per_sign_in, longest_life.
local session, id, key, user, sign_in, asks_for = unpack(ARGV, 2, 7)
local term, takes_over, minting = tonumber(ARGV[8]), ARGV[9] == '1', tonumber(ARGV[10])
local watch_gap, per_session, records = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local most_leases = tonumber(ARGV[14])

turn()
local former = former_of(session, sign_in)
if former and not takes_over then
  return former
end
if term then
  lapse_late(session, term, watch_gap, minting)
end
if math.max(
  tonumber(call('HGET', SESSION .. session, 'w') or 0),
  tonumber(call('ZSCORE', LATE .. session, id) or 0)
) > now then
  return { 'withdrawn' }
end
-- What was minted for the former must not be taken for the answer to this one.
if former and call('EXISTS', SESSION .. session) == 1 then
  adopt(session, user, sign_in, minting)
end

local before = get(call('HGET', IDS .. session, id))
if before then
  if call('HGET', RECORD .. before.key, 'a') ~= asks_for then
    return { 'mismatch' }
  elseif before.stage == 'm' then
    -- Whoever asks again with the same key has not heard the answer, and has yet to mint.
    return { before.key == key and 'begun' or 'minting' }
  elseif before.stage == 'l' then
    local sealed = call('GET', SEALED .. before.key) or ''
    return { 'minted', sealed, before.key, before.ends - now }
  end
  return { 'withdrawn' }
end

if call('ZCARD', EXPIRY) >= records
  or call('HLEN', IDS .. session) >= per_session
  or term and not has_room_for_lease(session, sign_in, most_leases, records)
then
  return { 'full' }
end
adopt(session, user, sign_in, minting)
if term then
  hear(session, sign_in, term)
end
call('HSET', IDS .. session, id, key)
call('HSET', RECORD .. key, 't', 'm', 'e', now + minting, 'c', 'k', 's', session, 'i', id,
  'u', user, 'g', sign_in, 'a', asks_for, 'o', ARGV[15])
call('ZADD', EXPIRY, now + minting, key)
return { 'begun' }
