import { expect, test } from 'vitest'
import { CallTimeoutError, CircuitOpenError, retryDelay } from '../src/index.ts'

test.each([
  ['a refusal that says when', new CircuitOpenError('a', 'open', 1_500), 1_500],
  ['a refusal that only a person can end', new CircuitOpenError('a', 'forced-open', null), null],
  ['a server that says when', Object.assign(new Error('busy'), { retryAfterMs: 250.5 }), 250.5],
  ['a call timeout', new CallTimeoutError('a', 5), 0],
  ['an abort', new DOMException('gone', 'AbortError'), null],
  ['a failure', new Error('down'), 0],
  ['nonsense', Object.assign(new Error('odd'), { retryAfterMs: Number.NaN }), 0],
  ['a negative wait', Object.assign(new Error('odd'), { retryAfterMs: -5 }), 0],
  ['a string', 'down', 0],
  ['undefined', undefined, 0],
])('%s: a retry waits accordingly', (_saying, error, delay) => {
  expect(retryDelay(error)).toBe(delay)
})

test('an error whose getters throw is retried as any other', () => {
  const hostile = new Proxy(new Error('x'), {
    get() {
      throw new Error('getter')
    },
  })
  expect(retryDelay(hostile)).toBe(0)
})
