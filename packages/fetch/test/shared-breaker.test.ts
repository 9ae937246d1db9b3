import { CircuitBreakerRegistry, consecutiveFailures, type SharedBreaker, shareState } from '@cb/core'
import { dependency } from '@cb/test-kit'
import { Agent, request } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { breakerInterceptor } from '../src/undici.ts'

/** A registry whose one breaker is half-open and shared; its lease comes only to who waits for it. */
function halfOpenAndShared(origin: string): { registry: CircuitBreakerRegistry; reports: string[] } {
  const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1) } })
  const reports: string[] = []
  let isGranted = false
  const shared: SharedBreaker = shareState(registry.get(origin), {
    take: () => (isGranted ? { settle: (outcome) => reports.push(outcome) } : 1),
    async ready() {
      await new Promise(setImmediate)
      isGranted = true
    },
    isConnected: true,
  })
  const decision = { state: 'half-open', remaining: 0, attempt: 1, override: null } as const
  shared.adopt({ ...decision, reason: 'of the fleet', note: '', by: '' })
  return { registry, reports }
}

test.each(['fetch', 'undici'] as const)(
  'the first %s of a shared half-open breaker waits for its lease',
  async (how) => {
    const { origin, close } = await dependency()
    onTestFinished(close)
    const { registry, reports } = halfOpenAndShared(origin)
    if (how === 'fetch') {
      const response = await protectFetch({ registry })(origin)
      await response.text()
      expect(response.status).toBe(200)
    } else {
      const dispatcher = new Agent().compose(breakerInterceptor({ registry }))
      const { statusCode, body } = await request(origin, { dispatcher })
      await body.dump()
      expect(statusCode).toBe(200)
      await dispatcher.close()
    }
    expect(reports).toEqual(['success'])
  },
)
