-- Page lives: whose they are, and which of them were heard. It follows the prelude.

local function count_lease(sign_in, by)
  if call('HINCRBY', LEASES_OF, sign_in, by) <= 0 then
    call('HDEL', LEASES_OF, sign_in)
  end
end

-- It is this owner's from now on. What was minted for another one ends.
local function adopt(name, user, sign_in, minting)
  local former = call('HGET', SESSION .. name, 'g')
  if former and former ~= sign_in then
    end_each(call('HVALS', IDS .. name), 'logout', minting)
  end
  local f = call('HMGET', SESSION .. name, 'w', 'u', 'g', 'e')
  if f[2] == user and f[3] == sign_in then
    return
  end
  call('HSET', SESSION .. name, 'w', f[1] or 0, 'u', user, 'g', sign_in)
  if f[3] then
    disown(name, f[2], f[3])
  elseif f[1] then
    count('strangers', -1)
  end
  own(name, user, sign_in)
  if f[4] and f[3] ~= sign_in then
    -- Whatever it was told was the former's; all that it has was so too.
    call('HDEL', SESSION .. name, 'd')
    call('HINCRBY', SESSION .. name, 'v', 1)
    call('DEL', WORDS .. name)
    call('RPUSH', WORDS .. name, '"all"')
    count_lease(f[3], -1)
    count_lease(sign_in, 1)
    tell(name)
  end
end

-- Whose the page life is, if not this sign-in's.
local function former_of(name, sign_in)
  local f = call('HMGET', SESSION .. name, 'u', 'g')
  if f[2] and f[2] ~= sign_in then
    return { 'not_yours', f[1], f[2] }
  end
  return nil
end

-- Whether nobody could be heard lately.
local function is_grace(term, watch_gap)
  local f = call('HMGET', shard, 'watched', 'grace')
  local grace = tonumber(f[2])
  if now - tonumber(f[1]) > watch_gap then
    grace = now + term
    call('HSET', shard, 'watched', now, 'grace', grace)
  end
  return now < grace
end

-- Ends a lease with all that was minted. The answer is how much became due.
local function end_lease(name, minting)
  local sign_in = call('HGET', SESSION .. name, 'g')
  call('HDEL', SESSION .. name, 'e', 't', 'd', 'v')
  call('DEL', WORDS .. name)
  call('ZREM', LEASES, name)
  if sign_in then
    count_lease(sign_in, -1)
  end
  local due = end_each(call('HVALS', IDS .. name), 'lapsed', minting)
  forget(name)
  return due
end

-- One that comes too late must not revive what has lapsed.
local function lapse_late(name, term, watch_gap, minting)
  if is_grace(term, watch_gap) then
    return
  end
  local ends = call('HGET', SESSION .. name, 'e')
  if ends and tonumber(ends) <= now then
    end_lease(name, minting)
  end
end

local function has_room_for_lease(name, sign_in, most_of_one, most)
  if call('HEXISTS', SESSION .. name, 'e') == 1 then
    return true
  end
  local own_leases = tonumber(call('HGET', LEASES_OF, sign_in) or 0)
  return own_leases < most_of_one and call('ZCARD', LEASES) < most
end

-- Begins the term of a page life anew, or its lease.
local function hear(name, sign_in, term)
  if call('HSET', SESSION .. name, 'e', now + term) == 1 then
    call('HSET', SESSION .. name, 'v', 0)
    count_lease(sign_in, 1)
  end
  call('ZADD', LEASES, now + term, name)
end
