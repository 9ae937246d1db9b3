import { CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'

const size = 100_000
const names = Array.from({ length: size }, (_, n) => `https://host-${n}.example:8443`)
const collect = () => /** @type {() => void} */ (globalThis.gc)()

/** Bytes of heap that the result of `make` retains, per breaker, and that result. @template T @param {() => T} make */
function weighed(make) {
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = make()
  collect()
  return { bytes: (process.memoryUsage().heapUsed - before) / size, kept }
}

/** Nanoseconds per look-up, in an order that the cache cannot predict. @param {{ get(name: string): unknown }} map */
function lookUp(map) {
  const calls = 3 * size
  let at = 0
  let found = 0
  const ns = perCall(calls, () => {
    at = (at + 61_813) % size
    if (map.get(/** @type {string} */ (names[at])) !== undefined) found++
  })
  if (found !== calls) throw new Error('some breakers were not found')
  return ns
}

/** @param {number} calls @param {(n: number) => void} step */
function perCall(calls, step) {
  const start = process.hrtime.bigint()
  for (let n = 0; n < calls; n++) step(n)
  return Number(process.hrtime.bigint() - start) / calls
}

/** @returns {import('./case.js').Numbers} */
function map() {
  const { bytes, kept } = weighed(() => new Map(names.map((name) => [name, new CircuitBreaker({ name })])))
  return { lookup: lookUp(kept), bytes }
}

/** @returns {import('./case.js').Numbers} */
function registry() {
  const { bytes, kept } = weighed(() => {
    const registry = new CircuitBreakerRegistry({ maxSize: size })
    for (const name of names) registry.get(name)
    return registry
  })
  const lookup = lookUp(kept)
  const crowded = new CircuitBreakerRegistry({ maxSize: size / 10 })
  const evicting = perCall(size, (n) => crowded.get(/** @type {string} */ (names[n])))
  return { lookup, evicting, bytes }
}

/** @type {import('./case.js').Group} */
export const registries = {
  title: 'A registry of 100 000',
  description: 'Look-ups at random. "New name" is one that must evict another, in a registry of 10 000.',
  cases: {
    registry: {
      title: 'per breaker',
      subjects: ['Map of breakers', 'CircuitBreakerRegistry'],
      metrics: {
        lookup: { title: 'ns per look-up', ratio: true },
        evicting: { title: 'ns per new name' },
        bytes: { title: 'bytes' },
      },
      floor: 'Map of breakers',
      rounds: 3,
      flags: ['--expose-gc'],
      async prepare(name) {
        const measure = name === 'CircuitBreakerRegistry' ? registry : map
        measure()
        return async () => measure()
      },
    },
  },
}
