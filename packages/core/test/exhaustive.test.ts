import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { adaptiveThrottle, consecutiveFailures, countWindow, failureRate, type Transition } from '../src/index.ts'
import { type Look, type Step, Trial, type TrialOptions } from './trial.ts'

/** All that can happen; an event that is not possible at the moment does nothing and returns undefined. */
const events: Record<string, (trial: Trial) => Step | undefined> = {
  ask: (trial) => trial.ask(),
  'oldest succeeds': (trial) => trial.settle('oldest', 'success'),
  'oldest fails': (trial) => trial.settle('oldest', 'failure'),
  'oldest is ignored': (trial) => trial.settle('oldest', 'ignored'),
  'newest succeeds': (trial) => trial.settle('newest', 'success'),
  'newest fails': (trial) => trial.settle('newest', 'failure'),
  'newest is ignored': (trial) => trial.settle('newest', 'ignored'),
  'settled succeeds again': (trial) => trial.settle('settled', 'success'),
  'settled fails again': (trial) => trial.settle('settled', 'failure'),
  'just before it is due': (trial) => trial.wait(-1),
  'when it is due': (trial) => trial.wait(0),
  'just after it is due': (trial) => trial.wait(1),
  'clock steps back': (trial) => trial.stepBack(),
  forceOpen: (trial) => trial.override('forceOpen'),
  forceClosed: (trial) => trial.override('forceClosed'),
  resume: (trial) => trial.override('resume'),
  reset: (trial) => trial.override('reset'),
  'saved and restored at once': (trial) => trial.restart('at once'),
  'saved until just before it is due': (trial) => trial.restart(-1),
  'saved until it is due': (trial) => trial.restart(0),
}

interface Case {
  before: Look
  step: Step
  after: Look
  transitions: readonly Transition[]
  options: TrialOptions
}

const edges = {
  call: ['closed open', 'half-open open', 'half-open closed'],
  time: ['open half-open'],
  manual: ['closed open', 'closed half-open', 'open closed', 'open half-open', 'half-open open', 'half-open closed'],
  fleet: [] as string[],
}

/** What must hold of every step. */
const rules: Record<string, (one: Case) => boolean> = {
  'at most maxConcurrent probes are live': ({ after, options }) =>
    after.probes === null || (after.probes.live === after.liveProbes && after.liveProbes <= options.maxConcurrent),
  'a late or a second settlement changes nothing but `late`': ({ step, before, after }) =>
    step.did !== 'settle' || step.hadVote || visible(after) === visible(before),
  'an ignored call changes nothing but its place and its count': ({ step, before, after }) => {
    if (step.did !== 'settle' || step.outcome !== 'ignored' || !step.hadVote) return true
    if (before.probes === null) return visible(after) === visible(before)
    const probes = { ...before.probes, live: before.probes.live - 1 }
    return visible(after) === visible({ ...before, probes, retryAfterMs: 0 })
  },
  'the totals add up': ({ step, before, after }) => {
    const totals = { ...before.totals }
    if (step.did === 'settle') totals[step.hadVote ? step.outcome : 'late']++
    if (step.did === 'ask' && !step.admission.admitted) totals.rejected++
    return JSON.stringify(after.totals) === JSON.stringify(totals)
  },
  'the state changes along its edges only': ({ transitions }) =>
    transitions.every(({ from, to, cause }) => edges[cause].includes(`${from} ${to}`)),
  'each change has one event, and they follow from each other': ({ before, after, transitions }) => {
    const states = [before.state, ...transitions.map(({ to }) => to)]
    const count = (name: string) => transitions.filter(({ to }) => to === name).length
    return (
      transitions.every(({ from }, index) => from === states[index]) &&
      states.at(-1) === after.state &&
      after.opens - before.opens === count('open') &&
      after.closes - before.closes === count('closed')
    )
  },
  'a rejection has a retryAfterMs, unless it is forced': ({ step, before }) => {
    if (step.did !== 'ask' || step.admission.admitted) return true
    const { reason, retryAfterMs } = step.admission
    if (before.state === 'closed') return reason === 'throttled' && retryAfterMs === 1
    if (before.override !== null) return reason === 'forced-open' && retryAfterMs === null
    return reason === before.state && Number.isInteger(retryAfterMs) && (retryAfterMs as number) >= 1
  },
  'a call is admitted exactly when the snapshot has a wait of 0 ms and no rejection probability': ({ step, before }) =>
    step.did !== 'ask' || step.admission.admitted === (before.retryAfterMs === 0 && !isThrottling(before)),
  'time ends an open duration to the millisecond, and no other state': ({ step, before, after }) => {
    if (step.did !== 'wait' && step.did !== 'restart') return true
    const isOver = before.state === 'open' && before.override === null && (before.retryAfterMs as number) <= step.ms
    return after.state === (isOver ? 'half-open' : before.state)
  },
  'a breaker that was restored is as before, but for its probes': ({ step, before, after }) => {
    if (step.did !== 'restart' || after.state !== before.state) return true
    const wait = (look: Look) => (look.state === 'half-open' ? 0 : look.retryAfterMs)
    const kept = ({ state, override, window, admission, opens, closes }: Look) =>
      JSON.stringify([state, override?.state, window, admission, opens, closes])
    const passed = before.state === 'open' && before.override === null ? step.ms : 0
    const isNew = after.probes === null || JSON.stringify(after.probes) === '{"live":0,"successes":0,"failures":0}'
    return isNew && kept(after) === kept(before) && wait(after) === (wait(before) && (wait(before) as number) - passed)
  },
  'a clock that steps back changes nothing': ({ step, before, after }) =>
    step.did !== 'step back' || visible(after) === visible(before),
  'half-open closes at the last success it needs and opens at the first failure': ({
    step,
    before,
    after,
    options,
  }) => {
    if (step.did !== 'settle' || !step.hadVote || before.probes === null) return true
    if (step.outcome === 'failure') return after.state === 'open'
    const successes = before.probes.successes + (step.outcome === 'success' ? 1 : 0)
    return successes < options.successThreshold ? after.probes?.successes === successes : after.state === 'closed'
  },
  'an override begins and ends by manual control only': ({ step, before, after }) =>
    step.did === 'override' ||
    (after.override?.state === before.override?.state && after.override?.note === before.override?.note),
  'asking twice gives the same answer': ({ after }) =>
    visible(after) === visible(after.again) && after.stateAsked === after.state,
}

/** The throttle rejects, since chance is 0. */
function isThrottling({ state, override, admission }: Look): boolean {
  return state === 'closed' && override === null && Number(admission?.['rejectionProbability'] ?? 0) > 0
}

/** All of a snapshot but the totals. */
function visible({ at, since, state, retryAfterMs, override, window, probes, ...rest }: Look['again']): string {
  const { admission, opens, closes, lastTransition } = rest
  const parts = { at, since, state, retryAfterMs, override, window, probes, admission, opens, closes, lastTransition }
  return JSON.stringify(parts)
}

/** Waiting as long as the breaker says and answering what it lets through closes it, however it came here. */
function closesInTheEnd(trial: Trial, { successThreshold }: TrialOptions): boolean {
  trial.override('resume')
  for (let n = 0; n < successThreshold && trial.breaker.state !== 'closed'; n++) {
    const { retryAfterMs } = trial.breaker.snapshot()
    trial.pass(retryAfterMs as number)
    const admission = trial.breaker.tryAcquire()
    if (admission.admitted) admission.success()
  }
  return trial.breaker.state === 'closed'
}

interface Found {
  readonly states: number
  readonly sequences: number
  /** Events in the longest sequence. */
  readonly longest: number
}

/** Breadth first, to the end: a sequence is continued only if it led to a state that was not yet seen. */
function explore(options: TrialOptions): Found {
  const seen = new Set([new Trial(options).key()])
  let frontier: string[][] = [[]]
  let sequences = 0
  let longest = 0
  while (frontier.length > 0 && longest < tooLong) {
    longest++
    const next: string[][] = []
    for (const path of frontier) {
      let { trial, before } = follow(path, options)
      for (const [event, happens] of Object.entries(events)) {
        const step = happens(trial)
        if (step === undefined) continue
        sequences++
        const sequence = [...path, event]
        const one = { before, step, after: trial.look(), transitions: trial.transitions, options }
        for (const [rule, holds] of Object.entries(rules)) if (!holds(one)) broken(rule, sequence, one)
        const key = trial.key()
        if (!seen.has(key)) {
          seen.add(key)
          next.push(sequence)
          if (!closesInTheEnd(trial, options)) broken('half-open never wedges', sequence, one)
        }
        ;({ trial, before } = follow(path, options))
      }
    }
    frontier = next
  }
  return { states: seen.size, sequences, longest }
}

function follow(path: readonly string[], options: TrialOptions): { trial: Trial; before: Look } {
  const trial = new Trial(options)
  for (const event of path) {
    events[event]?.(trial)
    trial.breaker.snapshot() // as after every step: the clock is read
  }
  trial.transitions.length = 0
  return { trial, before: trial.look() }
}

function broken(rule: string, sequence: readonly string[], { before, step, after, transitions }: Case): never {
  const details = JSON.stringify({ before, step, after, transitions }, null, 1)
  throw new Error(`${rule}\nbroken by: ${sequence.join(', ')}\n${details}`)
}

/** Longer than any sequence that leads to a new state: the circuit has more states than it should. */
const tooLong = 40

const circuits: [string, Found, TrialOptions][] = [
  [
    'one failure opens, one probe at a time, one success closes',
    { states: 2_504, sequences: 36_760, longest: 15 },
    { trip: consecutiveFailures(1), maxConcurrent: 1, successThreshold: 1 },
  ],
  [
    'two failures in a row open, two probes at a time, two successes close',
    { states: 6_468, sequences: 99_142, longest: 24 },
    { trip: consecutiveFailures(2), maxConcurrent: 2, successThreshold: 2 },
  ],
  [
    'half of the last two calls opens, one probe at a time, two successes close',
    { states: 5_600, sequences: 80_616, longest: 20 },
    { trip: failureRate({ threshold: 0.5, window: countWindow(2) }), maxConcurrent: 1, successThreshold: 2 },
  ],
  [
    'two failures in a row open, a throttle rejects after one, one probe at a time, one success closes',
    { states: 3_596, sequences: 51_432, longest: 17 },
    {
      trip: consecutiveFailures(2),
      admission: adaptiveThrottle({ window: countWindow(1), minimumCalls: 1 }),
      maxConcurrent: 1,
      successThreshold: 1,
    },
  ],
]

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => vi.useRealTimers())

describe.each(circuits)('a circuit in which %s', { timeout: 600_000 }, (_, expected, options) => {
  test('in every state it can reach, every rule holds whatever happens next', () => {
    expect(explore(options)).toEqual(expected)
  })
})
