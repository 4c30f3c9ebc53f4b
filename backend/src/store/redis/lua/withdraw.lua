#!lua flags=allow-oom
-- Makes due what is named, after the prelude and work.lua: session ('' for none),
-- whole_session, reason ('' for none), tombstone, minting, named_tombstones,
-- named_by_strangers, strangers, longest_life, a claim (five), the numbers of requests, tokens
-- and handles, and these.
local session, is_whole, reason = ARGV[2], ARGV[3] == '1', ARGV[4]
local tombstone, minting = tonumber(ARGV[5]), tonumber(ARGV[6])
local named, named_by_strangers = tonumber(ARGV[7]), tonumber(ARGV[8])
local strangers, longest_life = tonumber(ARGV[9]), tonumber(ARGV[10])
local claim = claim_at(11)
local first_token = 19 + tonumber(ARGV[16])
local first_handle = first_token + tonumber(ARGV[17])
local last = first_handle + tonumber(ARGV[18]) - 1

turn()
local recs, has = {}, {}
local is_refused = 0

local function add(rec)
  if rec and not has[rec.key] then
    has[rec.key] = true
    recs[#recs + 1] = rec
  end
end

-- The places of what is not on record, or only on somebody's word. Anybody can name thousands,
-- so they are looked up many at a time.
local function look_up(index, first, beyond)
  local unknown = {}
  for from = first, beyond - 1, 1000 do
    local till = math.min(from + 999, beyond - 1)
    local keys = call('HMGET', index, unpack(ARGV, from, till))
    for place = from, till do
      local rec = get(keys[place - from + 1])
      if not rec or rec.class == 'u' then
        unknown[#unknown + 1] = place - first
      else
        add(rec)
      end
    end
  end
  return unknown
end

local unknown_tokens = look_up(TOKENS, first_token, first_handle)
local unknown_handles = look_up(HANDLES, first_handle, last + 1)
if session ~= '' and (is_whole or first_token > 19) then
  meet()
end
local shard_state = call('HMGET', shard, 'first', 'since')
local is_complete = shard_state[1] == '1' or now - tonumber(shard_state[2]) >= longest_life

-- The records of what is named by request, and tombstones for the rest.
local function withdraw_requests()
  if call('EXISTS', SESSION .. session) == 0 then
    if tombstone == 0 then
      return
    elseif tonumber(call('HGET', shard, 'strangers') or 0) >= strangers then
      is_refused = 1
      return
    end
    count('strangers', 1)
    call('HSET', SESSION .. session, 'w', 0)
  end
  local late, till = LATE .. session, now + tombstone
  call('ZREMRANGEBYSCORE', late, '-inf', now)
  local is_known = call('HEXISTS', SESSION .. session, 'g') == 1
  local room = (is_known and named or named_by_strangers) - call('ZCARD', late)
  local are_too_many = false
  for place = 19, first_token - 1 do
    if are_too_many and not is_known then
      -- Nothing is on record of it, and whatever else it names is withdrawn with it.
      break
    end
    local id = ARGV[place]
    local rec = is_known and get(call('HGET', IDS .. session, id)) or nil
    add(rec)
    -- One that is being minted may come a second time, after the first has failed.
    if tombstone > 0 and (not rec or is_minting(rec)) then
      if call('ZSCORE', late, id) then
        call('ZADD', late, till, id)
      elseif room > 0 then
        room = room - call('ZADD', late, till, id)
      else
        are_too_many = true
      end
    end
  end
  if is_whole then
    for _, key in ipairs(call('HVALS', IDS .. session)) do
      add(get(key))
    end
  end
  if call('EXISTS', SESSION .. session) == 0 then
    call('HSET', SESSION .. session, 'w', 0)
    count('strangers', 1)
  end
  -- Too many to remember one by one: whatever comes may be one of them. But what is on record
  -- and was not named is none.
  if (is_whole or are_too_many) and tombstone > 0 then
    local before = tonumber(call('HGET', SESSION .. session, 'w'))
    call('HSET', SESSION .. session, 'w', math.max(before, till))
  end
  -- What was lost with an instance may be among what is not on record.
  local lost = tonumber(call('HGET', SESSION .. session, 'l') or 0)
  is_complete = is_complete and lost <= now
  forget(session)
end

if session ~= '' and (is_whole or first_token > 19) then
  withdraw_requests()
end
local due, minted, claimed = {}, {}, 0
for _, rec in ipairs(recs) do
  finish(rec, reason, minting)
  if rec.stage == 'w' then
    minted[#minted + 1] = rec.key
  elseif rec.stage == 'd' then
    if is_claimed(rec) or rec.class ~= claim.class then
      claimed = claimed + 1
    else
      due[#due + 1] = rec
    end
  end
end
local works = claim_of(due, claim)
return {
  works, claimed + #due - #works, minted, unknown_tokens, unknown_handles, is_refused,
  is_complete and 1 or 0,
}
