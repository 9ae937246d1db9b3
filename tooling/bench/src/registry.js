// What a registry of 100 000 breakers costs: started by main.js with --expose-gc, prints one JSON object.
import { CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'

const size = 100_000
const names = Array.from({ length: size }, (_, n) => `https://host-${n}.example:8443`)
const collect = /** @type {() => void} */ (globalThis.gc)

/** Bytes of heap that `make` leaves behind, per breaker. @param {() => unknown} make */
function bytesPerBreaker(make) {
  collect()
  const before = process.memoryUsage().heapUsed
  const kept = make()
  collect()
  const bytes = (process.memoryUsage().heapUsed - before) / size
  return { bytes, kept }
}

/** Nanoseconds per look-up, in an order that the cache can't guess. @param {CircuitBreakerRegistry} registry */
function lookup(registry) {
  const rounds = 5
  let at = 0
  const start = process.hrtime.bigint()
  for (let n = 0; n < rounds * size; n++) {
    at = (at + 61_813) % size
    registry.get(/** @type {string} */ (names[at]))
  }
  return Number(process.hrtime.bigint() - start) / (rounds * size)
}

const alone = bytesPerBreaker(() => names.map((name) => new CircuitBreaker({ name })))
alone.kept = undefined
const together = bytesPerBreaker(() => {
  const registry = new CircuitBreakerRegistry({ maxSize: size })
  for (const name of names) registry.get(name)
  return registry
})
const registry = /** @type {CircuitBreakerRegistry} */ (together.kept)
lookup(registry)

const crowded = new CircuitBreakerRegistry({ maxSize: size / 10 })
const start = process.hrtime.bigint()
for (const name of names) crowded.get(name)
const evicting = Number(process.hrtime.bigint() - start) / size

process.stdout.write(
  JSON.stringify({ alone: alone.bytes, inRegistry: together.bytes, lookup: lookup(registry), evicting }),
)
