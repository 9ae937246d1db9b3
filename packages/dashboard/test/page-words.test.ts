import { expect, test } from 'vitest'
import { duration, latency, milliseconds, shown } from '../src/page/words.ts'

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [1_499, '1 s'],
  [59_600, '1 min'],
  [192_000, '3 min 12 s'],
  [7_500_000, '2 h 5 min'],
  [7_200_000, '2 h'],
  [273_600_000, '3 d 4 h'],
])('%i ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words)
})

test('options keep their precision', () => {
  expect([250, 1_500, 10_000, 300_000].map(milliseconds)).toEqual(['250 ms', '1.5 s', '10 s', '5 min'])
})

test('latencies have two digits', () => {
  expect([0.1, 1.234, 456, 12_345].map(latency)).toEqual(['0.1 ms', '1.2 ms', '460 ms', '12.3 s'])
})

test('a name shows no character that changes the direction of text, and no half of a pair', () => {
  expect(shown('a\u202eb\n\ud800c')).toBe('a\ufffdb\ufffd\ufffdc')
  expect(shown('  ')).toBe('␣␣')
})
