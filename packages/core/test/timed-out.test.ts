import { expect, test } from 'vitest'
import { CallTimeoutError, consecutiveFailures, type OutcomeEvent } from '../src/index.ts'
import { closedBreaker } from './in-state.ts'

test.each([
  ['a CallTimeoutError', new CallTimeoutError('other', 5), true],
  ['a TimeoutError of AbortSignal.timeout', new DOMException('late', 'TimeoutError'), true],
  ['a connection that timed out', Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }), true],
  ['a timeout of axios', Object.assign(new Error('timeout of 5ms exceeded'), { code: 'ECONNABORTED' }), true],
  ['headers that did not come', Object.assign(new Error('headers'), { code: 'UND_ERR_HEADERS_TIMEOUT' }), true],
  ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), false],
  ['a thrown string', 'ETIMEDOUT', false],
])('an outcome event and the snapshot say whether %s was a timeout', (_saying, error, timedOut) => {
  const { breaker } = closedBreaker()
  const timeouts: boolean[] = []
  breaker.on('outcome', (event) => timeouts.push(event.timedOut))
  breaker.acquire().failure(error)
  expect(timeouts).toEqual([timedOut])
  expect(breaker.snapshot()).toMatchObject({ timeouts: timedOut ? 1 : 0, totals: { failure: 1 } })
})

test('only a failure can be a timeout', () => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
  const events: OutcomeEvent[] = []
  breaker.on('outcome', (event) => events.push(event))
  const error = Object.assign(new Error('slow'), { code: 'ETIMEDOUT' })
  breaker.acquire().settle('ignored', error)
  breaker.acquire().settle('failure', error)
  expect(events.map(({ timedOut }) => timedOut)).toEqual([false, true])
})

test.each([
  'ECALLTIMEOUT',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ECONNABORTED',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])('a failure with the code %s is a timeout', (code) => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
  breaker.acquire().failure({ code })
  expect(breaker.snapshot().timeouts).toBe(1)
})

test('an error whose getters throw is a failure, but no timeout', () => {
  const { breaker } = closedBreaker({ trip: consecutiveFailures(5) })
  const events: OutcomeEvent[] = []
  breaker.on('outcome', (event) => events.push(event))
  const hostile = new Proxy(new Error('hostile'), {
    get: () => {
      throw new Error('no')
    },
  })
  breaker.acquire().failure(hostile)
  expect(events).toMatchObject([{ outcome: 'failure', timedOut: false }])
  expect(breaker.snapshot().timeouts).toBe(0)
})
