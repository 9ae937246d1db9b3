import { createHistogram } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { busyNote, watchTimers } from '../src/busy.ts'

function timersThatRan(late: number): ReturnType<typeof createHistogram> {
  const delays = createHistogram()
  for (let n = 0; n < 100; n++) delays.record(Math.round((20 + late) * 1e6))
  return delays
}

test('a failure on a machine whose timers run late says so', () => {
  expect(busyNote(timersThatRan(300))).toBe(
    '\nThis machine is too busy to show it: timers ran 300 ms late. Try again when it has less to do.',
  )
})

test('a failure on a machine that is not busy says nothing of it', () => {
  expect(busyNote(timersThatRan(5))).toBe('')
})

test('a process that is blocked is noticed', async () => {
  const delays = watchTimers()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const end = performance.now() + 500
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(delays.percentile(100) / 1e6).toBeGreaterThan(400)
})
