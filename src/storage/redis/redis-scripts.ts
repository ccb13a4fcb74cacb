/**
 * What is done in one step: Redis carries out a script with nothing in between, so commits happen one after the other.
 *
 * A namespace is a hash, of keys to entries, and a sorted set of its keys, which Redis keeps in the order of their bytes.
 * An entry is a text: `version:expiry:json`, the expiry empty where there is none. When it expires is in a sorted set for
 * all namespaces.
 */

/** Whether a text is an entry that is there at a moment, and its version: 0 where it is not. */
const VERSION_OF = `
local function version_of(packed, now)
  if not packed then return '0' end
  local version, expiry = string.match(packed, '^(%d+):(%d*):')
  if expiry ~= '' and tonumber(expiry) <= now then return '0' end
  return version
end`;

/**
 * Keys: the counter of commits, the expiries, then hash and sorted set of each namespace. Arguments: now, the channel,
 * how many notes, checks and writes there are, then all of those. What the server may refuse stands before what changes
 * anything.
 */
export const COMMIT = `${VERSION_OF}
local now = tonumber(ARGV[1])
local notes, checks, writes = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local at = 6 + notes
for index = 1, checks do
  local hash = KEYS[1 + 2 * tonumber(ARGV[at])]
  if version_of(redis.call('HGET', hash, ARGV[at + 1]), now) ~= ARGV[at + 2] then return { 0, index - 1 } end
  at = at + 3
end
local version = string.format('%.0f', redis.call('INCR', KEYS[1]))
for index = 1, notes do redis.call('PUBLISH', ARGV[2], version .. ' ' .. ARGV[5 + index]) end
local deleted = 0
for index = 1, writes do
  local place = tonumber(ARGV[at])
  local hash, sorted, key, expiry = KEYS[1 + 2 * place], KEYS[2 + 2 * place], ARGV[at + 1], ARGV[at + 3]
  local member = ARGV[at + 2] .. '\\0' .. key
  if ARGV[at + 4] == '' then
    if version_of(redis.call('HGET', hash, key), now) ~= '0' then deleted = deleted + 1 end
    redis.call('HDEL', hash, key)
    redis.call('ZREM', sorted, key)
    redis.call('ZREM', KEYS[2], member)
  else
    redis.call('HSET', hash, key, version .. ':' .. expiry .. ':' .. ARGV[at + 4])
    redis.call('ZADD', sorted, 0, key)
    if expiry == '' then redis.call('ZREM', KEYS[2], member) else redis.call('ZADD', KEYS[2], expiry, member) end
  end
  at = at + 5
end
return { 1, version, deleted }`;

/** Keys: hash and sorted set of a namespace. Arguments: now, from, to, how many, how many bytes. One entry is always given. */
export const LIST = `${VERSION_OF}
local now, from, to = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local most, left = tonumber(ARGV[4]), tonumber(ARGV[5])
local found = {}
while true do
  local keys = redis.call('ZRANGEBYLEX', KEYS[2], from, to, 'LIMIT', 0, most - #found / 2 + 1)
  if #keys == 0 then return { 0, found } end
  local packed = redis.call('HMGET', KEYS[1], unpack(keys))
  for index, key in ipairs(keys) do
    if version_of(packed[index], now) ~= '0' then
      if #found == 2 * most or left <= 0 then return { 1, found } end
      found[#found + 1] = key
      found[#found + 1] = packed[index]
      left = left - #packed[index]
    end
  end
  from = '(' .. keys[#keys]
end`;

/** Keys: the expiries, then hash and sorted set of a namespace. Arguments: now, the namespace, keys. */
export const EXPIRE = `${VERSION_OF}
local now = tonumber(ARGV[1])
local expired = 0
for index = 3, #ARGV do
  local key = ARGV[index]
  if version_of(redis.call('HGET', KEYS[2], key), now) == '0' then
    redis.call('HDEL', KEYS[2], key)
    redis.call('ZREM', KEYS[3], key)
    expired = expired + redis.call('ZREM', KEYS[1], ARGV[2] .. '\\0' .. key)
  end
end
return expired`;

/**
 * Keys: where the format stands, a hash and a sorted set that nobody has. Arguments: the channel, the format of this
 * release. It tries everything that the others do, so that what the server refuses is told at the start.
 */
export const PREPARE = `
local there = redis.call('GET', KEYS[1])
redis.call('PUBLISH', ARGV[1], 'trial')
redis.call('HSET', KEYS[2], 'key', 'value')
redis.call('HMGET', KEYS[2], 'key')
redis.call('HGET', KEYS[2], 'key')
redis.call('HDEL', KEYS[2], 'key')
redis.call('ZADD', KEYS[3], 0, 'key')
redis.call('ZRANGEBYLEX', KEYS[3], '-', '+', 'LIMIT', 0, 1)
redis.call('ZRANGEBYSCORE', KEYS[3], 0, 0, 'LIMIT', 0, 1)
redis.call('ZREM', KEYS[3], 'key')
if redis.call('INCR', KEYS[4]) == 0 then return 0 end
if not there then redis.call('SET', KEYS[1], ARGV[2]) end
return there or ARGV[2]`;
