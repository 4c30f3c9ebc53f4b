#!lua flags=allow-oom
-- Makes due what nothing is on record of, and takes what is proven out of the line of the
-- unknown, after the prelude and work.lua: reason ('' for none), unknown, a claim (five), a claim for what is unknown (five), and for each token its
-- key, fingerprint, sealed record, life and class.
local reason, most_unknown = ARGV[2], tonumber(ARGV[3])
local claims = { k = claim_at(4), u = claim_at(9) }

turn()
local due, claimed, refused = { k = {}, u = {} }, 0, 0
local has = {}

-- It is known from now on, and leaves the line of what is not.
local function prove(rec)
  local later = rec.later
  if rec.stage == 'd' and not later then
    unqueue(rec)
  end
  rec.class = 'k'
  call('HSET', RECORD .. rec.key, 'c', 'k')
  count('unknown', -1)
  if rec.stage == 'd' and not later then
    make_ready(rec, now)
  end
end

local function enter(at)
  local key, token, class = ARGV[at], ARGV[at + 1], ARGV[at + 4]
  local rec = get(key)
  if has[key] then
    -- It was named twice.
  elseif
    not rec and class == 'u' and tonumber(call('HGET', shard, 'unknown') or 0) >= most_unknown
  then
    refused = refused + 1
  else
    if not rec then
      local ends = now + math.max(tonumber(ARGV[at + 3]), 1)
      rec = { key = key, stage = 'l', class = class, ends = ends, token = token }
      call('HSET', RECORD .. key, 't', 'l', 'e', ends, 'c', class, 'f', token)
      call('SET', SEALED .. key, ARGV[at + 2])
      call('HSET', TOKENS, token, key)
      call('ZADD', EXPIRY, ends, key)
      count('live', 1)
      if class == 'u' then
        count('unknown', 1)
      end
    elseif rec.class == 'u' and class == 'k' then
      prove(rec)
    end
    finish(rec, reason, 0)
    if rec.stage == 'd' then
      if is_claimed(rec) then
        claimed = claimed + 1
      else
        table.insert(due[rec.class], rec)
      end
    end
  end
  has[key] = true
end

-- What is named twice is named once, and proven if it is so by either.
for _, class in ipairs({ 'k', 'u' }) do
  for at = 14, #ARGV, 5 do
    if ARGV[at + 4] == class then
      enter(at)
    end
  end
end
table.sort(due.u, function(one, other)
  return one.key < other.key
end)
if call('ZCARD', READY .. 'u') > #due.u then
  -- Others have waited for longer.
  claims.u.most = 0
end
local works = {}
for _, class in ipairs({ 'k', 'u' }) do
  local taken = claim_of(due[class], claims[class])
  claimed = claimed + #due[class] - #taken
  for _, work in ipairs(taken) do
    works[#works + 1] = work
  end
end
return { works, claimed, refused }
