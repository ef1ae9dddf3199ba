"""What must happen at once, as scripts that the server runs between two commands of others.

KEYS are used, sizes, sums of a pool, in this order; what an answer's own keys are is told by their beginning.
"""

_DROP = """
local function drop(key)
  local shelf = redis.call('HGET', ARGV[1] .. key, 'shelf')
  if shelf and shelf ~= '' then
    if ARGV[2] == '1' then redis.call('VREM', shelf, key) else redis.call('HDEL', shelf, key) end
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
"""Forgets an answer; ARGV: the beginning of answers' keys, whether the server has vector sets."""

PUT = (
    _DROP
    + """
local key, size, shelf = ARGV[3], ARGV[4], ARGV[8]
drop(key)
redis.call('HSET', ARGV[1] .. key, 'shelf', shelf, unpack(ARGV, 10))
redis.call('PEXPIRE', ARGV[1] .. key, ARGV[7])
redis.call('ZADD', KEYS[1], ARGV[9], key)
redis.call('HSET', KEYS[2], key, size)
redis.call('HINCRBY', KEYS[3], 'bytes', size)
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[9] - ARGV[7] / 1000, 'LIMIT', 0, 100)
for _, each in ipairs(gone) do drop(each) end
while redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[5])
    or tonumber(redis.call('HGET', KEYS[3], 'bytes')) > tonumber(ARGV[6]) do
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

DROP = _DROP + "for at = 3, #ARGV do drop(ARGV[at]) end return #ARGV - 2"
"""Forgets answers. ARGV: as `_DROP`; keys."""
