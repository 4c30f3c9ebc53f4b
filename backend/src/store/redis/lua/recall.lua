#!lua flags=allow-oom
-- Makes due what is recalled and leaves word, after the prelude: scope ("all", "session",
-- "sign_in" or "user"), its name, cursor, how many page lives at a time, reason, minting,
-- the word, how many requests are meant (-1 for all), and their ids. The answer is how much
-- became due, and the cursor to go on with, '' at the end.
local scope, name, cursor, most = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local reason, minting, word, requests = ARGV[6], tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])
local index = { all = OWNED, user = USER .. name, sign_in = SIGN_IN .. name }

turn()
local sessions = { name }
if scope ~= 'session' then
  local from = cursor == '' and '-' or '(' .. cursor
  sessions = call('ZRANGEBYLEX', index[scope], from, '+', 'LIMIT', 0, most)
end

local function keys_of(session)
  if requests < 0 then
    return call('HVALS', IDS .. session)
  end
  local keys = {}
  for place = 10, 9 + requests do
    local key = call('HGET', IDS .. session, ARGV[place])
    if key then
      keys[#keys + 1] = key
    end
  end
  return keys
end

local due, touched = 0, 0
for _, session in ipairs(sessions) do
  if touched > 1000 then
    return { due, cursor }
  end
  local keys = keys_of(session)
  if call('HEXISTS', SESSION .. session, 'e') == 1 then
    call('RPUSH', WORDS .. session, word)
    call('HINCRBY', SESSION .. session, 'v', 1)
    tell(session)
  end
  due = due + end_each(keys, reason, minting)
  touched = touched + #keys
  cursor = session
end
return { due, #sessions == most and scope ~= 'session' and cursor or '' }
