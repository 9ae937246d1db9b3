import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  anyOf,
  CircuitBreaker,
  CircuitBreakerRegistry,
  type Classify,
  consecutiveFailures,
  type OpenDuration,
  observe,
  saveState,
  slowCallRate,
} from '../src/index.ts'
import { admissionWith, policyWith, throwing, use } from './misused.ts'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

const rows: [string, () => unknown, string][] = [
  [
    'a classify that returns something else',
    () => use({ classify: (() => 'perhaps') as unknown as Classify }),
    "the `classify` function must return 'success', 'failure', 'ignored', an Error or undefined (logged once)",
  ],
  ['a classify that throws', () => use({ classify: throwing() }), 'the `classify` function threw: Error: my bug'],
  [
    'an open duration that is a string',
    () => use({ openDuration: (() => 'soon') as unknown as OpenDuration }),
    'the `openDuration` function returned an invalid duration; using 1000 ms (logged once)',
  ],
  [
    'an open duration that throws',
    () => use({ openDuration: throwing() }),
    'the `openDuration` function threw; using 1000 ms: Error: my bug',
  ],
  [
    'a clock that throws',
    () => use({ now: throwing() }),
    '"(all that share it)": the `now` option threw or returned an unusable number; using performance.now() (logged once)',
  ],
  [
    'a policy whose start throws',
    () => use({ trip: { name: 'mine', start: throwing() } }),
    'the trip policy threw: Error: my bug',
  ],
  [
    'a policy whose start returns nothing',
    () => use({ trip: { name: 'mine', start: () => undefined as never } }),
    'start() must return an object with success, failure, snapshot',
  ],
  [
    'a policy without failure()',
    () => use({ trip: { name: 'mine', start: () => ({ success: () => undefined }) as never } }),
    'the trip policy threw: TypeError',
  ],
  [
    'a policy that throws on a success',
    () => use({ trip: policyWith({ success: throwing() }) }),
    'the trip policy threw: Error: my bug',
  ],
  [
    'a policy that throws on a failure',
    () => use({ trip: policyWith({ failure: throwing() }) }),
    'the trip policy threw: Error: my bug',
  ],
  [
    'a policy that throws in its snapshot',
    async () => (await use({ trip: policyWith({ snapshot: throwing() }) })).snapshot(),
    'the trip policy threw: Error: my bug',
  ],
  ...(['success', 'failure', 'snapshot', 'save'] as const).map((method): [string, () => unknown, string] => [
    `a trip policy whose ${method} is async and rejects`,
    async () => {
      const rejecting = () => Promise.reject(new Error('my bug'))
      const breaker = await use({ trip: policyWith({ [method]: rejecting }) })
      breaker.snapshot()
      saveState(breaker)
      await new Promise((resolve) => setImmediate(resolve))
    },
    method === 'success' || method === 'failure' ? 'it must return a trip' : 'it must answer at once, got a promise',
  ]),
  [
    'a trip policy whose start is async and rejects',
    async () => {
      await use({ trip: { name: 'mine', start: () => Promise.reject(new Error('my bug')) as never } })
      await new Promise((resolve) => setImmediate(resolve))
    },
    'it must answer at once, got a promise',
  ],
  [
    'a recovery that never says its share',
    async () => {
      const breaker = await use({
        recovery: admissionWith({ reject: () => 'ramp' }),
        halfOpen: { successThreshold: 1 },
      })
      breaker.forceOpen()
      breaker.probeNow()
      breaker.acquire().success()
      breaker.acquire().success()
    },
    'start() must return an object with reject, share',
  ],
  [
    'a policy that throws beside others',
    () => use({ trip: anyOf(consecutiveFailures(5), policyWith({ failure: throwing() })) }),
    'the trip policy threw: Error: my bug',
  ],
  [
    'an admission policy whose start throws',
    () => use({ admission: { name: 'mine', start: throwing() } }),
    'the admission policy threw: Error: my bug',
  ],
  [
    'an admission policy without reject()',
    () => use({ admission: { name: 'mine', start: () => ({}) as never } }),
    'start() must return an object with reject',
  ],
  [
    'an admission policy that throws in reject',
    () => use({ admission: { name: 'mine', start: () => ({ reject: throwing() }) } }),
    'the admission policy threw: Error: my bug',
  ],
  [
    'an admission policy that rejects with an unknown reason',
    () => use({ admission: { name: 'mine', start: () => ({ reject: () => 'quota' as never }) } }),
    "reject() must return 'throttled', 'ramp' or undefined",
  ],
  [
    'an admission policy that throws in every method',
    async () => {
      const methods = ['reject', 'success', 'failure', 'snapshot', 'save'] as const
      const start = () => Object.fromEntries(methods.map((method) => [method, throwing()])) as never
      const breaker = await use({ admission: { name: 'mine', start } })
      breaker.snapshot()
      saveState(breaker)
    },
    'the admission policy threw: Error: my bug',
  ],
  [
    'a trip policy that throws in save',
    async () => saveState(await use({ trip: policyWith({ save: throwing() }) })),
    'policy threw: Error: my bug',
  ],
  [
    'a listener that throws',
    async () => {
      const breaker = await use({})
      breaker.on('transition', throwing())
      breaker.forceOpen()
    },
    'a listener threw: Error: my bug',
  ],
  [
    'an observer that throws',
    async () => {
      const end = observe({ transition: throwing() })
      await use({})
      end()
    },
    'an observer threw: Error: my bug',
  ],
  [
    'an observer that throws for a new breaker',
    async () => {
      const end = observe({ created: throwing() })
      await use({})
      end()
    },
    'an observer threw: Error: my bug',
  ],
  [
    'a listener to new breakers of a registry that throws',
    () => {
      const registry = new CircuitBreakerRegistry()
      registry.on('created', throwing())
      registry.get('a')
    },
    'a listener threw: Error: my bug',
  ],
  [
    'a listener to the events of a registry that throws',
    () => {
      const registry = new CircuitBreakerRegistry()
      registry.on('transition', throwing())
      registry.get('a').forceOpen()
    },
    'a listener threw: Error: my bug',
  ],
  [
    'a listener whose promise rejects',
    async () => {
      const breaker = await use({})
      breaker.on('transition', () => Promise.reject(new Error('my bug')) as never)
      breaker.forceOpen()
      await Promise.resolve()
    },
    'a listener threw: Error: my bug',
  ],
  [
    'listeners in a loop',
    async () => {
      const breaker = await use({})
      breaker.on('transition', ({ to }) => (to === 'open' ? breaker.forceClosed() : breaker.forceOpen()))
      breaker.forceOpen()
    },
    'listeners emit events in a loop; dropping further events (logged once)',
  ],
]

test.each(rows)('%s is reported once', async (_, misbehave, words) => {
  await misbehave()
  expect(console.error).toHaveBeenCalledOnce()
  const [line] = vi.mocked(console.error).mock.lastCall as [string]
  expect(line).toContain(words)
  expect(line).toMatch(/^@cb\/core: circuit breaker .*\(logged once\)$/s)
})

test('a report has the stack of the error', async () => {
  await use({ classify: throwing() })
  expect(vi.mocked(console.error).mock.lastCall?.[0]).toContain('misused.ts')
})

test('a thrown string is not printed, as it may be a secret', async () => {
  const classify = () => {
    throw 'token=secret'
  }
  await use({ classify })
  const [line] = vi.mocked(console.error).mock.lastCall as [string]
  expect(line).toContain('a thrown string')
  expect(line).not.toContain('secret')
})

const quiet: [string, () => unknown][] = [
  [
    'a policy that returns null for no trip',
    () => use({ trip: policyWith({ success: () => null, failure: () => null }) }),
  ],
  [
    'a policy with began() only',
    async () => (await use({ trip: policyWith({ began: () => undefined }) })).acquire().ignore(),
  ],
  [
    'anyOf with a policy that follows calls and one that does not',
    async () =>
      (await use({ trip: anyOf(consecutiveFailures(5), slowCallRate({ slowAfter: 10 })) })).acquire().ignore(),
  ],
  [
    'a registry listener',
    () => {
      const registry = new CircuitBreakerRegistry()
      registry.on('created', () => {})
      registry.get('a')
    },
  ],
  ['a clock that steps back', stepBack],
  [
    'an observer with no methods at all',
    async () => {
      const end = observe({})
      const breaker = await use({})
      breaker.forceOpen()
      breaker.tryAcquire()
      end()
    },
  ],
]

test.each(quiet)('%s prints nothing', async (_, use) => {
  await use()
  expect(console.error).not.toHaveBeenCalled()
})

/** And the clock is still the one that is read. */
async function stepBack(): Promise<void> {
  let time = 5_000
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1), openDuration: 1_000, now: () => time })
  breaker.acquire().failure()
  time -= 4_000
  expect(breaker.snapshot().retryAfterMs).toBe(1_000)
  time += 999
  expect(breaker.snapshot().retryAfterMs).toBe(1)
}
