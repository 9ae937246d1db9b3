import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { CircuitBreaker, consecutiveFailures, observe } from '../src/index.ts'

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

/** By how much memory grows, in MB, when a program of its own does something fifty times with a text of 1 MB. */
async function growth(setup: string, once: string): Promise<number> {
  const program = `
    import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures, observe, saveState } from '@cb/core'
    import { setTimeout as wait } from 'node:timers/promises'
    const text = (n) => Buffer.alloc(1_000_000, 97 + (n % 26)).toString('latin1') + n
    const used = async () => {
      for (let turn = 0; turn < 5; turn++) {
        await wait(1)
        gc()
      }
      return process.memoryUsage().heapUsed
    }
    console.error = () => {}
    const held = []
    ${setup}
    const once = async (big, n) => { ${once} }
    await once(text(-1), -1)
    const before = await used()
    for (let n = 0; n < 50; n++) await once(text(n), n)
    console.log((await used()) - before, held.length)
  `
  const options = { cwd: new URL('..', import.meta.url), timeout: 110_000 }
  const args = ['--expose-gc', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, options)
  return Number.parseInt(stdout, 10) / 1e6
}

const dropped: [string, string, string][] = [
  ['the name of a breaker', '', 'new CircuitBreaker({ name: big }).acquire().success()'],
  [
    'the name of a breaker that opened',
    '',
    'new CircuitBreaker({ name: big, trip: consecutiveFailures(1) }).acquire().failure()',
  ],
  [
    'the name of a breaker that had a listener and an observer',
    '',
    `const end = observe({ transition: () => {}, outcome: () => {} })
     const breaker = new CircuitBreaker({ name: big })
     breaker.on('outcome', () => {})
     await breaker.execute(() => 1)
     breaker.forceOpen(big)
     await breaker.execute(() => 1).catch(() => {})
     end()`,
  ],
  [
    'the name of a breaker whose listener threw',
    '',
    `const breaker = new CircuitBreaker({ name: big })
     breaker.on('outcome', () => { throw new Error(big) })
     breaker.acquire().success()`,
  ],
  [
    'the name of a breaker that a registry deleted',
    'const registry = new CircuitBreakerRegistry()',
    'registry.get(big); registry.delete(big)',
  ],
  [
    'the name of a breaker that a registry evicted',
    'const registry = new CircuitBreakerRegistry({ maxSize: 1 })',
    'registry.get(big)',
  ],
  [
    'the error of a failed call',
    'const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })',
    `await breaker.execute(() => Promise.reject(Object.assign(new Error(big), { code: big, name: big, big }))).catch(() => {})
     breaker.reset()`,
  ],
  ['the saved state of a breaker', '', 'saveState(new CircuitBreaker({ name: big }))'],
]

const sliced: [string, string, string][] = [
  [
    'as the name of a breaker of a registry',
    'const registry = new CircuitBreakerRegistry()',
    "held.push(registry.get((n + ' ' + big).slice(0, 20)))",
  ],
  ['as the name of a breaker', '', "held.push(new CircuitBreaker({ name: (n + ' ' + big).slice(0, 20) }))"],
  [
    'as the name, the code and the message of a failure',
    '',
    `const part = (n + ' ' + big).slice(0, 20)
     const breaker = new CircuitBreaker()
     breaker.acquire().failure(Object.assign(new Error(part), { name: part, code: part }))
     held.push(breaker)`,
  ],
  [
    'as a note',
    '',
    `const breaker = new CircuitBreaker()
     breaker.forceOpen((n + ' ' + big).slice(0, 20))
     held.push(breaker)`,
  ],
]

describe('a text of 1 MB is not kept', () => {
  test.each(dropped)(
    'after it was %s',
    async (_, setup, once) => {
      expect(await growth(setup, once)).toBeLessThan(10)
    },
    120_000,
  )

  test.each(sliced)(
    'when 20 characters of it serve %s',
    async (_, setup, once) => {
      expect(await growth(setup, once)).toBeLessThan(10)
    },
    120_000,
  )

  test('when it is the note of an override', async () => {
    const once = 'const breaker = new CircuitBreaker(); breaker.forceOpen(big); held.push(breaker)'
    expect(await growth('', once)).toBeLessThan(10)
  }, 120_000)
})

test('a user function that was given to a breaker is collected with it', async () => {
  const reference = (() => {
    const classify = () => 'success' as const
    new CircuitBreaker({ name: 'a', classify }).acquire().success()
    return new WeakRef(classify)
  })()
  expect(await isCollected(reference)).toBe(true)
})

test('the error that opened a breaker is collected while the breaker is open', async () => {
  const breaker = new CircuitBreaker({ trip: consecutiveFailures(1) })
  const reference = await (async () => {
    const error = new Error('down')
    await breaker.execute(() => Promise.reject(error)).catch(() => {})
    return new WeakRef(error)
  })()
  expect(breaker.state).toBe('open')
  expect(await isCollected(reference)).toBe(true)
})

test('the value of a call is collected while the breaker is used', async () => {
  const breaker = new CircuitBreaker()
  const reference = await (async () => {
    const value = { big: 'value' }
    await breaker.execute(() => value)
    return new WeakRef(value)
  })()
  await breaker.execute(() => 1)
  expect(await isCollected(reference)).toBe(true)
})
