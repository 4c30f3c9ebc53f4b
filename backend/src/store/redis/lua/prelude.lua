-- What all scripts share: it stands between the first line of each and the rest.
-- KEYS[1] is the shard, "{prefix:number}"; every key that is touched begins with it, and
-- so lies in its slot. ARGV[1] is 0, but in tests, which say in it what time it is.
local call = redis.call
local shard = KEYS[1]
local now = tonumber(ARGV[1])
if now == 0 then
  local clock = call('TIME')
  now = clock[1] * 1000 + math.floor(clock[2] / 1000)
end

local RECORD, SEALED = shard .. ':r:', shard .. ':z:'
local SESSION, IDS, LATE, WORDS = shard .. ':s:', shard .. ':i:', shard .. ':w:', shard .. ':c:'
local OWNED, USER, SIGN_IN = shard .. ':owned', shard .. ':u:', shard .. ':g:'
local TOKENS, HANDLES = shard .. ':tokens', shard .. ':handles'
local EXPIRY, READY, LATER = shard .. ':expiry', shard .. ':ready:', shard .. ':later'
local ENDS, LEASES, LEASES_OF = shard .. ':ends', shard .. ':leases', shard .. ':leases_of'
local TOLD = shard .. ':told'

-- How many words are remembered for the instances that look whom to wake.
local MOST_TOLD = 10000

local function count(name, by)
  call('HINCRBY', shard, name, by)
end

-- The shard itself, from its first use on. `first` is '1' where nothing was minted before.
local function open(first)
  local is_new = call('HSETNX', shard, 'since', now) == 1
  if is_new then
    call('HSET', shard, 'first', first, 'watched', now, 'grace', 0)
  end
  return is_new
end

-- The server may have forgotten something: it goes back no further than to now.
local function begin_anew()
  call('HSET', shard, 'since', now, 'first', 0, 'anew', now)
end

-- Names the server, and that only until it is started again. Nil where it does not say.
local function run_of_server()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%x+)') or nil
end

-- Goes back no further than to now, where another server answers than the last time, or the same
-- one started again: a replica that has taken its place may have been told less. `run` is there
-- where that is to be looked at.
local function meet()
  local met = call('HGET', shard, 'run')
  local run = met and run_of_server()
  if run and run ~= met then
    call('HSET', shard, 'run', run)
    begin_anew()
  end
end

local function load(key)
  local f = call('HMGET', RECORD .. key, 't', 'e', 'c', 's', 'i', 'f', 'h', 'q', 'y')
  if not f[1] then
    return nil
  end
  return {
    key = key, stage = f[1], ends = tonumber(f[2]), class = f[3], session = f[4], id = f[5],
    token = f[6], handle = f[7], later = f[8], reason = f[9],
  }
end

local function own(name, user, sign_in)
  call('ZADD', OWNED, 0, name)
  call('ZADD', USER .. user, 0, name)
  call('ZADD', SIGN_IN .. sign_in, 0, name)
end

local function disown(name, user, sign_in)
  call('ZREM', OWNED, name)
  call('ZREM', USER .. user, name)
  call('ZREM', SIGN_IN .. sign_in, name)
end

-- Forgets a session that is of no use any more.
local function forget(name)
  local f = call('HMGET', SESSION .. name, 'w', 'l', 'e', 'u', 'g')
  if not f[1] then
    return
  end
  call('ZREMRANGEBYSCORE', LATE .. name, '-inf', now)
  local last = call('ZRANGE', LATE .. name, -1, -1, 'WITHSCORES')[2]
  local till = math.max(tonumber(f[1]), tonumber(f[2] or 0), tonumber(last or 0))
  if till > now then
    call('ZADD', ENDS, till, name)
  elseif not f[3] and call('EXISTS', IDS .. name) == 0 then
    call('DEL', SESSION .. name)
    call('ZREM', ENDS, name)
    if f[5] then
      disown(name, f[4], f[5])
    else
      count('strangers', -1)
    end
  end
end

-- Takes it out of what is ready or claimed.
local function unqueue(rec)
  if rec.stage ~= 'd' then
    return
  end
  if rec.later then
    call('ZREM', LATER, rec.key)
  else
    call('ZREM', READY .. rec.class, rec.key)
  end
end

local function unindex(index, name, key)
  if name and call('HGET', index, name) == key then
    call('HDEL', index, name)
  end
end

local function remove(rec)
  call('DEL', RECORD .. rec.key, SEALED .. rec.key)
  call('ZREM', EXPIRY, rec.key)
  unqueue(rec)
  if rec.stage == 'l' then
    count('live', -1)
  end
  if rec.class == 'u' then
    count('unknown', -1)
  end
  unindex(TOKENS, rec.token, rec.key)
  unindex(HANDLES, rec.handle, rec.key)
  if rec.session then
    unindex(IDS .. rec.session, rec.id, rec.key)
    forget(rec.session)
  end
end

local function is_minting(rec)
  return rec.stage == 'm' or rec.stage == 'w'
end

-- Whether somebody has it, or it has failed and waits.
local function is_claimed(rec)
  return rec.later and tonumber(rec.later) > now
end

-- What was minted for this record, if anything, may be alive until then.
local function lose(rec, till)
  local session = rec.session
  if session and call('EXISTS', SESSION .. session) == 1 then
    local lost = tonumber(call('HGET', SESSION .. session, 'l') or 0)
    call('HSET', SESSION .. session, 'l', math.max(lost, till))
  end
end

local function expire(rec)
  if is_minting(rec) then
    -- Whoever minted it has died or hangs, and what became of it nobody knows.
    lose(rec, rec.ends + tonumber(call('HGET', RECORD .. rec.key, 'o') or 0))
  end
  remove(rec)
end

-- The record, if it is there and its time is not over.
local function get(key)
  local rec = key and load(key) or nil
  if rec and rec.ends <= now then
    expire(rec)
    return nil
  end
  return rec
end

-- What has expired goes, at most so much of it.
local function sweep(most)
  for _, key in ipairs(call('ZRANGEBYSCORE', EXPIRY, '-inf', now, 'LIMIT', 0, most)) do
    local rec = get(key)
    if rec then
      call('ZADD', EXPIRY, rec.ends, key)
    else
      call('ZREM', EXPIRY, key)
    end
  end
  for _, name in ipairs(call('ZRANGEBYSCORE', ENDS, '-inf', now, 'LIMIT', 0, most)) do
    call('ZREM', ENDS, name)
    forget(name)
  end
end

-- The beginning of every script that changes something.
local function turn(most)
  if open('0') then
    -- It was there when this store was opened.
    begin_anew()
  end
  sweep(most or 100)
end

-- The first reason stays. '' is none.
local function give_reason(rec, reason)
  if not rec.reason and reason and reason ~= '' then
    rec.reason = reason
    call('HSET', RECORD .. rec.key, 'y', reason)
  end
end

-- The longest life has the least, or, of what is unknown, what has waited for the longest.
local function make_ready(rec, since)
  call('ZADD', READY .. rec.class, rec.class == 'u' and since or -rec.ends, rec.key)
end

local function make_due(rec, reason)
  if rec.stage == 'l' then
    count('live', -1)
  end
  rec.stage, rec.later = 'd', false
  call('HSET', RECORD .. rec.key, 't', 'd')
  give_reason(rec, reason)
  make_ready(rec, now)
end

-- Ends a record: due if its token is out, withdrawn if it is being minted, which then has
-- `minting` from now.
local function finish(rec, reason, minting)
  if rec.stage == 'l' then
    make_due(rec, reason)
  elseif is_minting(rec) then
    -- Whoever waits for its end must not take the end of its time for that.
    rec.stage, rec.ends = 'w', math.max(now + minting, rec.ends)
    call('HSET', RECORD .. rec.key, 't', 'w', 'e', rec.ends)
    call('ZADD', EXPIRY, rec.ends, rec.key)
    give_reason(rec, reason)
  end
end

-- Ends what was or is being minted for a session under these keys. The answer is how much
-- became due.
local function end_each(keys, reason, minting)
  local due = 0
  for _, key in ipairs(keys) do
    local rec = get(key)
    if rec then
      if rec.stage == 'l' then
        due = due + 1
      end
      finish(rec, reason, minting)
    end
  end
  return due
end

local function tell(name)
  call('RPUSH', TOLD, name)
  call('LTRIM', TOLD, -MOST_TOLD, -1)
  count('told', 1)
end
