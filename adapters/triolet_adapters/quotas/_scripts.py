"""What Redis does in one step: nothing comes between a look at a window and a count in it.

All times are Redis's own (`TIME`), in microseconds: the clocks of the processes need not agree.
"""

WINDOW = """
-- KEYS: the window, the epoch. ARGV: the epoch that the caller knows, the request, seconds of grace, then for each limit: seconds, most.
-- Counts the request if all limits allow it. Answers: {epoch, microseconds to wait (0: counted), the time}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = string.format('%.0f', now)
  redis.call('SET', KEYS[2], epoch)
end
-- What Redis has forgotten, the processes tell it again within the grace; until then nobody knows how much was used.
local young = tonumber(epoch) + ARGV[3] * 1000000 - now
if ARGV[1] ~= epoch or young > 0 then
  return {epoch, math.max(young, 1), string.format('%.0f', now)}
end
local longest, wait = 0, 0
for i = 4, #ARGV, 2 do
  local span, most = ARGV[i] * 1000000, tonumber(ARGV[i + 1])
  longest = math.max(longest, span)
  local used = redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now - span), '+inf')
  if used >= most then
    local place = redis.call('ZRANGE', KEYS[1], -most, -most, 'WITHSCORES')
    wait = math.max(wait, tonumber(place[2]) + span - now)
  end
end
if wait > 0 then return {epoch, math.ceil(wait), string.format('%.0f', now)} end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - longest))
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[2])
redis.call('PEXPIRE', KEYS[1], math.ceil(longest / 1000))
return {epoch, 0, string.format('%.0f', now)}
"""

LEASE = """
-- KEYS: the leases, the epoch. ARGV: the epoch that the caller knows, the lease, seconds of grace, most, seconds that it holds, whether it is renewed.
-- Answers: {epoch, 1 if it is held}.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local epoch = redis.call('GET', KEYS[2])
if not epoch then
  epoch = string.format('%.0f', now)
  redis.call('SET', KEYS[2], epoch)
end
local until_then = string.format('%.0f', now + ARGV[5] * 1000000)
if ARGV[6] == '0' then
  if ARGV[1] ~= epoch or tonumber(epoch) + ARGV[3] * 1000000 > now then return {epoch, 0} end
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return {epoch, 0} end
end
redis.call('ZADD', KEYS[1], until_then, ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[5] * 1000)
return {epoch, 1}
"""
