import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { CircuitBreaker, observe } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Whether the garbage collector takes it, given some turns of the event loop. */
async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  for (let turn = 0; turn < 20 && reference.deref() !== undefined; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
  return reference.deref() === undefined
}

test('a breaker that is not referenced is collected, though an observer could see it', async () => {
  expect(await isCollected(new WeakRef(new CircuitBreaker({ name: 'forgotten' })))).toBe(true)
})

test('an observer sees no breaker that was collected, and each that was not', async () => {
  const held = new CircuitBreaker({ name: 'held' })
  const references = Array.from({ length: 2_000 }, () => new WeakRef(new CircuitBreaker()))
  for (const reference of references) await isCollected(reference)
  const seen: unknown[] = []
  observe({ created: (breaker) => seen.push(breaker) })()
  expect(seen).toContain(held)
  expect(seen).not.toContain(undefined)
  expect(seen.length).toBeLessThan(500)
})
