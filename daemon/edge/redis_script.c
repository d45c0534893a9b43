/* SPDX-License-Identifier: ISC */
/* The fenced script. */
#include "daemon/edge/redis_script.h"

const char *const redis_script_keys[REDIS_SCRIPT_KEYS] = {
    ":snap:meta",
    ":log",
    ":alive",
    ":snap:totals",
    ":snap:states",
    ":snap:calls",
    ":snap:races",
    ":h:totals",
    ":winners",
    ":desk",
    /* what a snapshot is put together in, out of sight */
    ":stage:totals:",
    ":stage:states:",
    ":stage:calls:",
    ":stage:races:",
    ":stage:plain:",
    ":stage:winners:",
    ":stage:desk:",
    ":stage:parts:",
};

/* ARGV: verb, epoch, owner, then
 *   stage   part, first ("1": begin anew), 7 an entry: channel, snap, field, value, plain, winner,
 *           score
 *   begin   parts, seq, mode, election, version, number of the last entry staged for the desk's
 *           stream, kinds: what was staged is shown at once, all else is gone
 *   tell    5 a message: seq, channel, envelope, and as in a commit the event id and the number for
 *           the desk's stream: the snapshot's messages, behind `begin`
 *   commit  seq, envelope, then as a stage entry: one message and what it changes; then the id of
 *           its call event and the number by which the desk's stream is told that it went out, or
 *           two empty ones; kinds
 *   beat    channel, envelope, and as for look
 *   look    number of the last entry given to the desk's stream, 0: none; kinds. Is all there
 *           still?
 *   desk    part, "live", or "first" and "more" of what `begin` puts in the place of the desk's
 *           stream; then for each entry its number, how many texts, and these, a name and a value
 *           each
 * Kinds are the keys that were written to before, a digit each: one that is not there was lost
 * alone, by eviction or by whoever, and must not begin anew with a part of what was in it.
 * Parts are numbered from 1 over all of one snapshot; one does nothing when the one before it is
 * missing (Redis was full, or forbade it), and neither does `begin`: half of it is never shown.
 * Answers OK, COLD (no or an older epoch is there, or a key is lost, or a part of the desk's
 * stream: show the snapshot first), FENCED EPOCH (another owner's, who may also have taken the next
 * epoch: partner.h), OLD (a seq that was), DENIED CHANNEL (by the ACL), PARTLY. Nothing is written
 * unless it is OK.
 *
 * Redis runs it alone: a reader sees all of a call's writes or none. XADD is the first write, the
 * only one that can fail on its data; PUBLISH the last, so that who hears of a change can read it.
 */
const char redis_script[] = REDIS_LUA_WHOLE
    "local META, LOG, ALIVE, LIVE, STAGED = 1, 2, 3, 3, 10\n"
    "local SNAP = {totals = 1, states = 2, calls = 3, races = 4}\n"
    "local PLAIN, WINNERS, SHOWN, DESK, KINDS, PARTS = 5, 6, 6, 7, 7, 18\n"
    "local verb, epoch, owner = ARGV[1], ARGV[2], ARGV[3]\n"
    "\n"
    "local meta = redis.call('HMGET', KEYS[META], 'epoch', 'owner', 'seq', 'next', 'next_owner')\n"
    "local there = whole(meta[1])\n"
    "local mine = tonumber(epoch)\n"
    "for i = 1, 4, 3 do\n"
    "    local other = whole(meta[i])\n"
    "    if other and (other > mine or (other == mine and meta[i + 1] ~= owner)) then\n"
    "        return 'FENCED ' .. meta[i]\n"
    "    end\n"
    "end\n"
    "local behind = verb == 'stage' or verb == 'begin' or (verb == 'desk' and ARGV[5] ~= 'live')\n"
    "if not behind and there ~= mine then\n"
    "    return 'COLD'\n"
    "end\n"
    "\n"
    "local function denied(channel)\n"
    "    return redis.acl_check_cmd and not redis.acl_check_cmd('PUBLISH', channel, '')\n"
    "end\n"
    "\n"
    "local function announce(seq, channel, envelope, event, number)\n"
    "    redis.call('XADD', KEYS[LOG], 'MAXLEN', '~', '10000', epoch .. '-' .. seq,\n"
    "               'channel', channel, 'message', envelope)\n"
    "    if event ~= '' then\n"
    "        redis.call('XADD', KEYS[LIVE + DESK], epoch .. '-' .. number, 'told', event)\n"
    "        redis.call('HSET', KEYS[META], 'desk', number)\n"
    "    end\n"
    "end\n"
    "\n"
    "-- snap, field, value, plain, winner, score from ARGV[i] on, into live keys or staged ones\n"
    "local function store(base, i)\n"
    "    local snap, field, value = SNAP[ARGV[i]], ARGV[i + 1], ARGV[i + 2]\n"
    "    if snap and field == '' then\n"
    "        redis.call('SET', KEYS[base + snap], value)\n"
    "    elseif snap then\n"
    "        redis.call('HSET', KEYS[base + snap], field, value)\n"
    "    end\n"
    "    local plain, n = {}, 0\n"
    "    for name, number in string.gmatch(ARGV[i + 3], '(%S+) (%S+)\\n') do\n"
    "        plain[n + 1], plain[n + 2], n = name, number, n + 2\n"
    "    end\n"
    "    if n > 0 then redis.call('HSET', KEYS[base + PLAIN], unpack(plain)) end\n"
    "    local winner, score = ARGV[i + 4], ARGV[i + 5]\n"
    "    if winner ~= '' and tonumber(score) >= 0 then\n"
    "        redis.call('ZADD', KEYS[base + WINNERS], score, winner)\n"
    "    elseif winner ~= '' then\n"
    "        redis.call('ZREM', KEYS[base + WINNERS], winner)\n"
    "    end\n"
    "end\n"
    "\n"
    "local function is_lost(base, kinds)\n"
    "    local keys = {}\n"
    "    for kind in string.gmatch(kinds, '%d') do keys[#keys + 1] = KEYS[base + kind] end\n"
    "    return #keys > 0 and redis.call('EXISTS', unpack(keys)) < #keys\n"
    "end\n"
    "\n"
    "local function is_short(number, kinds)\n"
    "    if is_lost(LIVE, kinds) then return true end\n"
    "    if number == '0' then return false end\n"
    "    local first, key = epoch .. '-1', KEYS[LIVE + DESK]\n"
    "    local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', '1')[1]\n"
    "    return not last or last[1] ~= epoch .. '-' .. number or\n"
    "           #redis.call('XREVRANGE', key, first, first) == 0\n"
    "end\n"
    "\n"
    "if verb == 'look' then return is_short(ARGV[4], ARGV[5]) and 'COLD' or 'OK' end\n"
    "\n"
    "local function staged() return tonumber(redis.call('GET', KEYS[PARTS]) or '0') end\n"
    "local function part_is_next() return ARGV[4] == '1' or staged() == ARGV[4] - 1 end\n"
    "local function part_is_done() redis.call('SET', KEYS[PARTS], ARGV[4], 'PX', '60000') end\n"
    "\n"
    "if verb == 'stage' then\n"
    "    for i = 6, #ARGV, 7 do\n"
    "        if denied(ARGV[i]) then return 'DENIED ' .. ARGV[i] end\n"
    "    end\n"
    "    if not part_is_next() then return 'PARTLY' end\n"
    "    for kind = 1, SHOWN do\n"
    "        if ARGV[5] == '1' then redis.call('DEL', KEYS[STAGED + kind]) end\n"
    "    end\n"
    "    for i = 6, #ARGV, 7 do store(STAGED, i + 1) end\n"
    "    for kind = 1, KINDS do redis.call('PEXPIRE', KEYS[STAGED + kind], 60000) end\n"
    "    part_is_done()\n"
    "    return 'OK'\n"
    "end\n"
    "\n"
    "if verb == 'begin' then\n"
    "    local kinds = ARGV[10] .. (ARGV[9] ~= '0' and DESK or '')\n"
    "    if staged() ~= tonumber(ARGV[4]) or is_lost(STAGED, kinds) then return 'PARTLY' end\n"
    "    for kind = 1, KINDS do\n"
    "        if redis.call('EXISTS', KEYS[STAGED + kind]) == 1 then\n"
    "            redis.call('RENAME', KEYS[STAGED + kind], KEYS[LIVE + kind])\n"
    "            redis.call('PERSIST', KEYS[LIVE + kind])\n"
    "        else\n"
    "            redis.call('DEL', KEYS[LIVE + kind])\n"
    "        end\n"
    "    end\n"
    "    redis.call('DEL', KEYS[PARTS])\n"
    "    redis.call('DEL', KEYS[META])\n"
    "    redis.call('HSET', KEYS[META], 'epoch', epoch, 'owner', owner, 'seq', ARGV[5],\n"
    "               'mode', ARGV[6], 'election', ARGV[7], 'version', ARGV[8],\n"
    "               'desk', ARGV[9])\n"
    "    redis.call('SET', KEYS[ALIVE], epoch, 'PX', '15000')\n"
    "    return 'OK'\n"
    "end\n"
    "\n"
    "if verb == 'tell' then\n"
    "    for i = 4, #ARGV, 5 do\n"
    "        announce(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])\n"
    "    end\n"
    "    for i = 4, #ARGV, 5 do redis.call('PUBLISH', ARGV[i + 1], ARGV[i + 2]) end\n"
    "    return 'OK'\n"
    "end\n"
    "\n"
    "if verb == 'beat' then\n"
    "    if denied(ARGV[4]) then return 'DENIED ' .. ARGV[4] end\n"
    "    if is_short(ARGV[6], ARGV[7]) then return 'COLD' end\n"
    "    redis.call('SET', KEYS[ALIVE], epoch, 'PX', '15000')\n"
    "    redis.call('PUBLISH', ARGV[4], ARGV[5])\n"
    "    return 'OK'\n"
    "end\n"
    "\n"
    "if verb == 'desk' then\n"
    "    local live = ARGV[5] == 'live'\n"
    "    local key, i = KEYS[(live and LIVE or STAGED) + DESK], 6\n"
    "    if not live and not part_is_next() then return 'PARTLY' end\n"
    "    if ARGV[5] == 'first' then redis.call('DEL', key) end\n"
    "    while ARGV[i] do\n"
    "        local last = i + 1 + tonumber(ARGV[i + 1])\n"
    "        redis.call('XADD', key, epoch .. '-' .. ARGV[i], unpack(ARGV, i + 2, last))\n"
    "        if live then redis.call('HSET', KEYS[META], 'desk', ARGV[i]) end\n"
    "        i = last + 1\n"
    "    end\n"
    "    if live then return 'OK' end\n"
    "    redis.call('PEXPIRE', key, 60000)\n"
    "    part_is_done()\n"
    "    return 'OK'\n"
    "end\n"
    "\n"
    "local seq, envelope, channel = ARGV[4], ARGV[5], ARGV[6]\n"
    "if tonumber(seq) <= (whole(meta[3]) or 0) then return 'OLD' end\n"
    "if is_lost(LIVE, ARGV[15]) then return 'COLD' end\n"
    "if denied(channel) then return 'DENIED ' .. channel end\n"
    "announce(seq, channel, envelope, ARGV[13], ARGV[14])\n"
    "store(LIVE, 7)\n"
    "redis.call('HSET', KEYS[META], 'seq', seq)\n"
    "redis.call('PUBLISH', channel, envelope)\n"
    "return 'OK'\n";
