-- What is due, and who carries it out. It follows the prelude.

-- A claim as it stands in ARGV from `at` on: most, visibility, rate, shards, class.
local function claim_at(at)
  return {
    most = tonumber(ARGV[at]), visibility = tonumber(ARGV[at + 1]),
    per_second = tonumber(ARGV[at + 2]), shards = tonumber(ARGV[at + 3]), class = ARGV[at + 4],
  }
end

-- How many of `most` the rate has left: a tenth of it at once, and nine tenths in a second.
-- Each shard has its part of the rate: what is left is kept in parts of one, so that nothing
-- is lost by dividing. At least one can be taken.
local function afford(claim, most)
  if claim.per_second == 0 or most == 0 then
    return most
  end
  local left, at = 'left.' .. claim.class, 'at.' .. claim.class
  local f = call('HMGET', shard, left, at)
  local one = 10000 * claim.shards
  local full = math.max(1000 * claim.per_second, one)
  local gained = math.max(now - tonumber(f[2] or 0), 0) * 9 * claim.per_second
  local units = math.min(tonumber(f[1] or full) + gained, full)
  local taken = math.min(most, math.floor(units / one))
  call('HSET', shard, left, units - taken * one, at, now)
  return taken
end

local function take(rec, till)
  unqueue(rec)
  call('ZADD', LATER, till, rec.key)
  call('HSET', RECORD .. rec.key, 'q', till)
  local attempts = call('HINCRBY', RECORD .. rec.key, 'n', 1)
  local f = call('HMGET', RECORD .. rec.key, 'u', 'g')
  return {
    rec.key, call('GET', SEALED .. rec.key) or '', attempts, rec.ends - now, rec.reason or '',
    f[1], f[2], rec.session or false, rec.class,
  }
end

-- Claims as many of these, which are ready, as may be: the longest life first, and what is
-- unknown in this order.
local function claim_of(recs, claim)
  if claim.class == 'k' then
    table.sort(recs, function(one, other)
      if one.ends ~= other.ends then
        return one.ends > other.ends
      end
      return one.key < other.key
    end)
  end
  local works = {}
  for place = 1, afford(claim, math.min(claim.most, #recs)) do
    works[place] = take(recs[place], now + claim.visibility)
  end
  return works
end

-- What was claimed by somebody who died, and what has waited for long enough, is ready.
local function wake()
  for _, key in ipairs(call('ZRANGEBYSCORE', LATER, '-inf', now, 'LIMIT', 0, 200)) do
    call('ZREM', LATER, key)
    local rec = get(key)
    if rec then
      call('HDEL', RECORD .. key, 'q')
      make_ready(rec, rec.later)
    end
  end
end
