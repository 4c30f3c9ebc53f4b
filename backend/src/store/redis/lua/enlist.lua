#!lua flags=allow-oom
-- Makes due what nothing is on record of, after the prelude and work.lua: reason ('' for
-- none), unknown, a claim (five), a claim for what is unknown (five), and for each token its
-- key, fingerprint, sealed record, life and class.
local reason, most_unknown = ARGV[2], tonumber(ARGV[3])
local claims = { k = claim_at(4), u = claim_at(9) }

turn()
local due, claimed, refused = { k = {}, u = {} }, 0, 0
local has = {}
for at = 14, #ARGV, 5 do
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
    end
    finish(rec, reason, 0)
    if rec.stage == 'd' then
      if is_claimed(rec) then
        claimed = claimed + 1
      else
        table.insert(due[class], rec)
      end
    end
  end
  has[key] = true
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
