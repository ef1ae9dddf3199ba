"""What must happen at once, as scripts that the server runs between two commands of others.

KEYS are used, sizes, sums and shelved of a pool, in this order; an answer's own key is told by its beginning.
"""

_DROP = """
local function unshelve(shelf, key)
  if string.find(shelf, '}:vectors:', 1, true) then
    redis.call('VREM', shelf, key)
  else
    redis.call('HDEL', shelf, key)
  end
end
local function drop(key)
  local shelf = redis.call('HGET', KEYS[4], key)
  if shelf then
    redis.call('HDEL', KEYS[4], key)
    unshelve(shelf, key)
  end
  redis.call('DEL', ARGV[1] .. key)
  redis.call('ZREM', KEYS[1], key)
  local size = redis.call('HGET', KEYS[2], key)
  if size then
    redis.call('HDEL', KEYS[2], key)
    redis.call('HINCRBY', KEYS[3], 'bytes', -size)
  end
end
"""
"""Forgets an answer, also one that the server let go by itself; ARGV: the beginning of answers' keys.

A shelf says by its name what it is: one from before an upgrade of the server stays of its kind.
"""

PUT = (
    _DROP
    + """
local key, size, shelf = ARGV[2], ARGV[3], ARGV[7]
drop(key)
redis.call('HSET', ARGV[1] .. key, unpack(ARGV, 9))
redis.call('PEXPIRE', ARGV[1] .. key, ARGV[6])
redis.call('ZADD', KEYS[1], ARGV[8], key)
if shelf ~= '' then redis.call('HSET', KEYS[4], key, shelf) end
redis.call('HSET', KEYS[2], key, size)
redis.call('HINCRBY', KEYS[3], 'bytes', size)
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[8] - ARGV[6] / 1000, 'LIMIT', 0, 100)
for _, each in ipairs(gone) do drop(each) end
while redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[4])
    or tonumber(redis.call('HGET', KEYS[3], 'bytes')) > tonumber(ARGV[5]) do
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 1)
  local victim = oldest[1] ~= key and oldest[1] or oldest[2]
  if not victim then
    redis.call('HSET', KEYS[3], 'bytes', size)
    break
  end
  drop(victim)
end
return 1
"""
)
"""Keeps an answer and makes room. ARGV: as `_DROP`; key, size, most entries and bytes, ms to live, shelf, now, fields.

What was just put stays: once it is all there is, a sum that says otherwise is wrong, and is set right.
Its vector is added after it, by a command of its own: a vector without its answer is passed over, never served.
"""

DROP = (
    _DROP
    + """
for at = 3, #ARGV do
  local key = ARGV[at]
  if redis.call('EXISTS', ARGV[1] .. key) == 0 then
    drop(key)
    if ARGV[2] ~= '' then unshelve(ARGV[2], key) end
  end
end
return #ARGV - 2
"""
)
"""Forgets answers that are gone. ARGV: as `_DROP`; a shelf that holds vectors of them, or none; keys."""
