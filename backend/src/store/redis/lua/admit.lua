#!lua flags=allow-oom
-- Enters the token of a request, after the prelude: session, id, key, token, handle ('' for
-- none), sealed, expires_in. The answer is 1 if it may be given out, 0 if it is due or dead.
-- Once more with the same key and token, it changes nothing.
local session, id, key, token, handle, sealed = unpack(ARGV, 2, 7)
local ends = now + math.max(tonumber(ARGV[8]), 1)

turn()
local rec = get(key)
if rec and rec.token == token then
  return rec.stage == 'l' and 1 or 0
end
local is_wanted = rec ~= nil and rec.stage == 'm'
if not rec or not is_minting(rec) then
  -- Its place is not there any more: nobody waits for it.
  if rec then
    remove(rec)
  end
  rec = { key = key, class = 'k', reason = 'unrecorded' }
  call('HSET', RECORD .. key, 'c', 'k', 's', session, 'i', id, 'y', rec.reason)
end
call('HSET', RECORD .. key, 't', 'l', 'e', ends, 'f', token)
call('SET', SEALED .. key, sealed)
call('HSET', TOKENS, token, key)
if handle ~= '' then
  call('HSET', RECORD .. key, 'h', handle)
  call('HSET', HANDLES, handle, key)
end
call('ZADD', EXPIRY, ends, key)
count('live', 1)
if is_wanted then
  return 1
end
rec.stage, rec.ends = 'l', ends
make_due(rec)
return 0
