import { describe, expect, test, vi } from 'vitest'
import { retryAfterOf } from '../src/index.ts'

const now = Date.UTC(2026, 10, 21, 8, 0, 0)

const waitOf = (headers: Record<string, unknown>, status = 429) => retryAfterOf(status, (name) => headers[name], now)

describe('Retry-After of', () => {
  test.each([
    ['120', 120_000],
    [' 1 ', 1_000],
    ['Sat, 21 Nov 2026 08:00:30 GMT', 30_000],
    ['Saturday, 21-Nov-26 08:00:30 GMT', 30_000],
    ['Sat Nov 21 08:00:30 2026', 30_000],
    ['172800', 172_800_000],
    ['99999999999999999999', Number.MAX_SAFE_INTEGER],
    ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59) - now],
  ])('%o is honoured', (value, ms) => {
    expect(waitOf({ 'retry-after': value })).toBe(ms)
  })

  test('a date without a zone is read as GMT in every time zone', () => {
    vi.stubEnv('TZ', 'America/New_York')
    expect(new Date().getTimezoneOffset()).not.toBe(0)
    expect(waitOf({ 'retry-after': 'Sat Nov 21 08:00:30 2026' })).toBe(30_000)
    vi.unstubAllEnvs()
  })

  test.each([
    '',
    '0',
    '-5',
    '1.5',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '9'.repeat(500),
    'tomorrow',
    '2026-11-22',
    'Sat, 21 Nov 2026 07:59:59 GMT',
    'Sat, 99 Nov 2026 08:00:30 GMT',
    undefined,
    null,
    5,
    ['120'],
  ])('%o is ignored', (value) => {
    expect(waitOf({ 'retry-after': value })).toBeUndefined()
  })
})

describe('without a valid Retry-After,', () => {
  test.each<[Record<string, string>, number]>([
    [{ 'ratelimit-reset': '30' }, 30_000],
    [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }, 30_000],
    [{ 'x-ratelimit-reset': '30' }, 30_000],
    [{ 'x-ratelimit-reset': '1.25' }, 1_250],
    [{ 'x-ratelimit-reset': String(now / 1000 + 20) }, 20_000],
    [{ 'x-rate-limit-reset': String(now / 1000 + 20) }, 20_000],
    [{ 'x-ratelimit-reset': '99999999999999' }, Number.MAX_SAFE_INTEGER],
    [{ ratelimit: `limit=1, remaining=0, reset=${'9'.repeat(400)}` }, Number.MAX_SAFE_INTEGER],
    [{ ratelimit: '"default";r=0;t=30' }, 30_000],
    [{ ratelimit: '"burst";r=0;t=5, "hour";r=0;t=600, "day";r=900;t=5000' }, 600_000],
    [{ ratelimit: '"a,b";t=7;r=0' }, 7_000],
    [{ ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000],
    [{ 'retry-after': 'soon', 'ratelimit-reset': '30' }, 30_000],
    [{ 'retry-after': '5', 'ratelimit-reset': '30', ratelimit: '"x";r=0;t=60' }, 5_000],
  ])('%j gives how long to wait', (headers, ms) => {
    expect(waitOf(headers)).toBe(ms)
    expect(waitOf(headers, 503)).toBe(ms)
  })

  test.each<Record<string, string>>([
    { 'ratelimit-remaining': '7', 'ratelimit-reset': '30' },
    { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': '3000' },
    { ratelimit: '"default";r=50;t=30' },
    { ratelimit: '"default";r=0.5;t=30' },
    { ratelimit: '"default";r=0' },
    { ratelimit: 'limit=100, remaining=10, reset=50' },
    { 'ratelimit-reset': '-1' },
    { 'ratelimit-reset': '0' },
    { 'ratelimit-reset': 'soon' },
    { 'x-ratelimit-reset': String(now / 1000 - 5) },
    { ratelimit: `"x";r=0;t=${'9'.repeat(2_000)}` },
  ])('%j does not give how long to wait', (headers) => {
    expect(waitOf(headers)).toBeUndefined()
  })
})

test.each([200, 404, 500, 502])('status %i never asks to wait', (status) => {
  expect(waitOf({ 'retry-after': '5', 'ratelimit-reset': '5' }, status)).toBeUndefined()
})

test("headers that can't be read do not ask to wait", () => {
  const unreadable = () => {
    throw new Error('no headers')
  }
  expect(retryAfterOf(503, unreadable)).toBeUndefined()
})

test('hostile headers are read in linear time', () => {
  const started = performance.now()
  for (const name of ['retry-after', 'ratelimit', 'ratelimit-reset']) {
    for (const piece of ['remaining=0 reset=', 'Mon, ', ';r=0', ';  ', '1.', ',']) {
      waitOf({ [name]: piece.repeat(1_000) })
      waitOf({ [name]: piece.repeat(990 / piece.length) })
    }
  }
  expect(performance.now() - started).toBeLessThan(2_000)
})
