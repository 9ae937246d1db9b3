import { CircuitBreaker, ramp } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type GuardOptions, guard } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'
import { settledOf } from './wire.ts'

const breaker = new CircuitBreaker({ name: 'reports' })

describe('options of the guard', () => {
  test.each([
    ['nothing', undefined, TypeError, 'guard must be an object, got undefined'],
    ['null', null, TypeError, 'guard must be an object, got null'],
    ['an array', [], TypeError, 'guard must be an object, got an array'],
    ['a breaker itself', breaker, TypeError, 'guard must be given { breaker }, got the breaker itself'],
    ['neither breaker nor name', {}, TypeError, 'guard needs a breaker or a name'],
    [
      'a breaker that is a string',
      { breaker: 'reports' },
      TypeError,
      'breaker must be a CircuitBreaker, got "reports"',
    ],
    ['a breaker that is missing', { breaker: undefined }, TypeError, 'breaker must be a CircuitBreaker, got undefined'],
    [
      'both breaker and name',
      { breaker, name: 'x' },
      TypeError,
      'unknown option "name" in guard; known options: breaker',
    ],
    [
      'an unknown option',
      { name: 'x', timeout: 1 },
      TypeError,
      'unknown option "timeout" in guard; known options: name, trip',
    ],
    ['a callTimeout', { name: 'x', callTimeout: 1 }, TypeError, 'unknown option "callTimeout" in guard'],
    ['a classify', { name: 'x', classify: () => 'success' }, TypeError, 'unknown option "classify" in guard'],
    ['an empty name', { name: '' }, TypeError, 'name must be a non-empty string, got ""'],
    ['a name that is not a string', { name: 7 }, TypeError, 'name must be a non-empty string, got 7'],
    [
      'an isFailure that is not a function',
      { breaker, isFailure: 503 },
      TypeError,
      'isFailure must be a function, got 503',
    ],
    ['an isFailure of null', { name: 'x', isFailure: null }, TypeError, 'isFailure must be a function, got null'],
    ['a trip that is not a policy', { name: 'x', trip: 5 }, TypeError, 'trip must be a trip policy'],
    ['an openDuration of NaN', { name: 'x', openDuration: Number.NaN }, RangeError, 'openDuration must be a number'],
    ['a halfOpen out of range', { name: 'x', halfOpen: { maxConcurrent: 0 } }, RangeError, 'halfOpen.maxConcurrent'],
    ['a now that is not a function', { name: 'x', now: 0 }, TypeError, 'now must be a function, got 0'],
    ['a recovery that is not a policy', { name: 'x', recovery: {} }, TypeError, 'recovery must be'],
    ['an admission that is not a policy', { name: 'x', admission: 5 }, TypeError, 'admission must be'],
    ['a ramp outside of recovery', { name: 'x', ramp: {} }, TypeError, 'unknown option "ramp" in guard'],
    ['a shadow above 1', { name: 'x', shadow: 2 }, RangeError, 'shadow must be a number from 0 to 1, got 2'],
    [
      'an unknown settleAt',
      { breaker, settleAt: 'close' },
      TypeError,
      "settleAt must be 'end' or 'headers', got \"close\"",
    ],
    ['a settleAt of null', { name: 'x', settleAt: null }, TypeError, "settleAt must be 'end' or 'headers', got null"],
    [
      'a recovery with a breaker',
      { breaker, recovery: ramp({ duration: 1 }) },
      TypeError,
      'unknown option "recovery" in guard; known options: b',
    ],
    ['a random that is not a function', { name: 'x', random: 0 }, TypeError, 'random must be a function, got 0'],
  ])('%s throws', (_name, options, kind, message) => {
    const make = () => guard(options as unknown as GuardOptions)
    expect(make).toThrow(kind)
    expect(make).toThrow(message)
  })

  test('the guard has its breaker, given or created', () => {
    expect(guard({ breaker }).breaker).toBe(breaker)
    const own = guard({ name: 'own', openDuration: 5_000 }).breaker
    expect(own.snapshot()).toMatchObject({ name: 'own', config: { openDuration: { duration: 5_000 } } })
  })
})

describe.each(versions)('an isFailure on $name', ({ express }) => {
  let server: Listening
  afterEach(async () => {
    vi.restoreAllMocks()
    await server.close()
  })

  test.each([
    ['throws', () => JSON.parse('{'), 'threw: SyntaxError'],
    ['returns a string', () => 'no', 'must return a boolean'],
    ['returns a promise', () => Promise.reject(new Error('unhandled')), 'must return a boolean'],
  ])('that %s leaves the decision to the default, and is logged once', async (_how, isFailure, expected) => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const reports = guard({ name: 'reports', isFailure: isFailure as () => boolean })
    const app = quietApp(express)
    app.use(reports, (req, res) => void res.sendStatus(Number(req.url.slice(1))))
    server = await listen(app)
    for (const status of [500, 200]) await (await fetch(`${server.origin}/${status}`)).text()
    expect(await settledOf(reports.breaker, 2)).toMatchObject({ success: 1, failure: 1 })
    expect(log.mock.calls).toEqual([[expect.stringContaining(expected)]])
  })
})
