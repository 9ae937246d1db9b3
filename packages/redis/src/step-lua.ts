/**
 * `step` for Redis, which runs it atomically. KEYS[1] has the state as JSON; ARGV is the operation as JSON, the name of the breaker as JSON,
 * and the channel of the messages. A fixed time as a fourth argument is for tests. The epoch is a string in JSON: Lua would write
 * only 14 of its digits.
 */
export const stepLua = `
local operation = cjson.decode(ARGV[1])
local now = tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local kept = redis.call('GET', KEYS[1])
local state
if kept then
  state = cjson.decode(kept)
  state.epoch = tonumber(state.epoch)
else
  state = {
    epoch = 0, state = 'closed', attempt = 0, openFor = 0, ['until'] = 0, reason = '', note = '', by = '',
    votes = {}, leases = {}, members = {}, successes = 0, failures = 0,
    countedFrom = 0, counted = 0, countedFailures = 0, override = cjson.null,
  }
end
local before = state.epoch
local op, seen, token = operation.op, operation.seen, operation.token

local function size(record)
  local count = 0
  for _ in pairs(record) do count = count + 1 end
  return count
end

local function live(ends)
  local left = {}
  for key, at in pairs(ends) do if at > now then left[key] = at end end
  return left
end

local function begin(changes)
  state.epoch = math.max(state.epoch + 1, seen + 1, now * 1000)
  state.openFor, state['until'], state.votes, state.leases = 0, 0, {}, {}
  state.successes, state.failures, state.note, state.by = 0, 0, '', operation.instance
  state.countedFrom, state.counted, state.countedFailures = 0, 0, 0
  for key, value in pairs(changes) do state[key] = value end
end

local function open(attempt, reason, note)
  local openFor = operation.openFor
  begin({ state = 'open', openFor = openFor, ['until'] = now + openFor, attempt = attempt, reason = reason, note = note })
end

local function votesNeeded(quorum, members)
  if quorum >= 1 then return quorum end
  if quorum > 0 then return math.max(1, math.ceil(quorum * members)) end
  if members <= 4 then return 1 end
  return math.max(2, math.ceil(members / 5))
end

local apply = {}

function apply.trip()
  local ends = operation['until']
  if state.state ~= 'closed' or seen < state.epoch or (ends > 0 and now > ends) then return end
  state.votes[operation.instance] = now + operation.voteFor
  if size(state.votes) < votesNeeded(operation.quorum, size(state.members)) then return end
  open(operation.attempt, 'tripped', operation.note)
end

function apply.lease()
  local forgotten = seen > state.epoch
  local due = state.state == 'open' and now >= state['until']
  local ends = now + operation.leaseFor
  if forgotten or due then
    local attempt = forgotten and operation.attempt or state.attempt
    begin({ state = 'half-open', attempt = attempt, reason = 'open-duration-ended', leases = { [token] = ends } })
    return
  end
  if state.state ~= 'half-open' or state.leases[token] or size(state.leases) >= operation.limit then return end
  for other, at in pairs(state.leases) do state.leases[other] = math.min(at, ends) end
  state.leases[token] = ends
end

function apply.renew()
  if seen == state.epoch and state.leases[token] then state.leases[token] = now + operation.leaseFor end
end

function apply.report()
  if seen ~= state.epoch or not state.leases[token] then return end
  local outcome = operation.outcome
  state.leases[token] = nil
  if outcome == 'success' then state.successes = state.successes + 1 end
  if outcome == 'failure' then state.failures = state.failures + 1 end
  if state.failures > operation.failuresTolerated then return open(state.attempt + 1, 'probe-failed') end
  if state.successes >= operation.successesNeeded then begin({ state = 'closed', reason = 'probes-succeeded' }) end
end

function apply.flush()
  if state.state ~= 'closed' or seen < state.epoch then return end
  if now >= state.countedFrom + operation.window or now < state.countedFrom then
    state.countedFrom, state.counted, state.countedFailures = now, 0, 0
  end
  state.counted = state.counted + operation.calls
  state.countedFailures = state.countedFailures + operation.failures
  if state.counted >= operation.minimumCalls and state.countedFailures >= operation.threshold * state.counted then
    open(1, 'failure-rate')
  end
end

state['until'] = math.min(state['until'], now + state.openFor)
state.votes, state.leases, state.members = live(state.votes), live(state.leases), live(state.members)
local override = state.override
if override ~= cjson.null and override['until'] > 0 and now >= override['until'] then state.override = cjson.null end
if operation.instance ~= '' then state.members[operation.instance] = now + operation.stay end

local openFor, ends = state.openFor, state['until']
if op == 'override' then
  local lasts, note, by = operation.lasts, operation.note, operation.by
  local given = { state = operation.to, ['until'] = lasts == 0 and 0 or now + lasts, note = note, by = by }
  begin({ override = given, openFor = openFor, ['until'] = ends, reason = 'forced', note = note, by = by })
elseif op == 'resume' then
  local note, by = operation.note, operation.by
  begin({ override = cjson.null, openFor = openFor, ['until'] = ends, reason = 'resumed', note = note, by = by })
elseif state.override == cjson.null and apply[op] then
  apply[op]()
end

local function write(value)
  local copy = {}
  for key, entry in pairs(value) do copy[key] = entry end
  copy.epoch = string.format('%.0f', value.epoch)
  return cjson.encode(copy)
end

override = state.override
local latest = math.max(state['until'], override ~= cjson.null and override['until'] or 0)
for _, record in ipairs({ state.leases, state.votes, state.members }) do
  for _, at in pairs(record) do latest = math.max(latest, at) end
end
if override ~= cjson.null and override['until'] == 0 then
  redis.call('SET', KEYS[1], write(state))
else
  redis.call('SET', KEYS[1], write(state), 'PX', string.format('%.0f', math.max(0, latest - now) + 86400000))
end

local view = {
  epoch = state.epoch, state = state.state, attempt = state.attempt, reason = state.reason, note = state.note, by = state.by,
  remaining = math.max(0, state['until'] - now), members = size(state.members), override = cjson.null,
}
if override ~= cjson.null then
  local left = override['until'] == 0 and 0 or override['until'] - now
  view.override = { state = override.state, remaining = left, note = override.note, by = override.by }
end
if state.epoch ~= before then
  redis.call('PUBLISH', ARGV[3], '{"name":' .. ARGV[2] .. ',"view":' .. write(view) .. '}')
end
view.now = now
view.leased = (op == 'lease' or op == 'renew') and state.leases[token] ~= nil
view.hint = 0
if not view.leased then
  local first = math.huge
  for _, at in pairs(state.leases) do first = math.min(first, at) end
  view.hint = math.max(0, (first == math.huge and state['until'] or first) - now)
end
if op == 'read' and operation.instance == '' then view.votes, view.leases = state.votes, state.leases end
return write(view)
`
