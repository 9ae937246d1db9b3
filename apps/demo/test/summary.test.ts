import { expect, test } from 'vitest'
import type { Piece } from '../src/dashboard.ts'
import type { GatewayReport } from '../src/gateway-messages.ts'
import { type Answer, formatMs, quantile, resultOf } from '../src/measure.ts'
import { conclude } from '../src/summary.ts'

const live: Piece = { source: 'live', tookMs: 1, data: {} }
const open: Piece = { source: 'fallback', why: 'circuit-open', tookMs: 1, data: null, ageMs: null }
const late: Piece = { source: 'fallback', why: 'timeout', tookMs: 600, data: null, ageMs: null }

function answer(status: number, user: Piece = live, payment: Piece = live): Answer {
  return { route: 'dashboard', sentAt: 0, latency: 1, status, pieces: { user, order: live, payment } }
}

test.each([
  ['live', answer(200)],
  ['fast-fallback', answer(200, live, open)],
  ['slow-fallback', answer(200, open, late)],
  ['failed', answer(500)],
  ['failed', { route: 'dashboard', sentAt: 0, latency: 1, status: 0 } as Answer],
])('a dashboard counts as %s', (result, given) => {
  expect(resultOf(given)).toBe(result)
})

test('one failed dashboard makes the whole run a failure', () => {
  const story = { brokenAt: 1_000, openedAt: 1_800, recoveredAt: 5_000, closedAt: 7_500 }
  const report: GatewayReport = { type: 'report', breakers: [], request: [], transitions: [] }
  expect(conclude([answer(200), answer(200)], story, report).failure).toBeUndefined()
  const { sentence, failure } = conclude([answer(200), answer(502)], story, report)
  expect(sentence).toContain('opened 0.8 s after')
  expect(sentence).toContain('closed 2.5 s after')
  expect(sentence).toContain('1 of 2 dashboard requests failed')
  expect(failure).toBe('1 dashboard requests failed (status 502)')
})

test('quantiles are measured values', () => {
  const values = Array.from({ length: 100 }, (_, n) => 100 - n)
  expect([quantile(values, 0.5), quantile(values, 0.99), quantile([7], 0.5), quantile([], 0.5)]).toEqual([
    50,
    99,
    7,
    undefined,
  ])
})

test.each([
  [0.0634, '0.06 ms'],
  [3.42, '3.4 ms'],
  [603.7, '604 ms'],
  [undefined, '–'],
])('%s milliseconds are formatted as %s', (ms, text) => {
  expect(formatMs(ms)).toBe(text)
})
