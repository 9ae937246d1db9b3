import { fork } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import { cpus } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CircuitBreakerRegistry } from '@cb/core'
import { dashboard } from '@cb/dashboard'

// Measures what the dashboard costs its process, and writes that into the README.

const breakers = 1_000
const pages = 50
const seconds = 10
const callsPerTurn = 500 // every 50 ms: ten calls a second of each breaker

if (process.argv[2] === 'pages') readPages(Number(process.argv[3]))
else await main()

/** In a process of its own, so that its work is not counted. @param {number} port */
function readPages(port) {
  for (let n = 0; n < pages; n++) {
    get({ port, host: '127.0.0.1', path: '/stream', agent: false }, (response) => {
      response.on('data', (/** @type {Buffer} */ chunk) => process.send?.(chunk.length))
    })
  }
}

async function main() {
  const registry = new CircuitBreakerRegistry()
  const all = Array.from({ length: breakers }, (_, n) => registry.get(`tenant-${n} orders`))
  const page = dashboard({ registry })
  const server = createServer((request, response) => page(request, response))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())

  let next = 0
  const traffic = setInterval(() => {
    for (let n = 0; n < callsPerTurn; n++) {
      const permit = all[next++ % breakers]?.tryAcquire()
      if (permit?.admitted) next % 50 === 0 ? permit.failure(new Error('x')) : permit.success()
    }
  }, 50)
  const warm = () => new Promise((resolve) => setTimeout(resolve, 5_000))
  await warm()
  const idle = await observe(() => 0)
  let bytes = 0
  const reader = fork(fileURLToPath(import.meta.url), ['pages', `${port}`])
  reader.on('message', (length) => {
    bytes += Number(length)
  })
  await warm() // the snapshots are sent
  const busy = await observe(() => bytes)
  for (const breaker of all) breaker.forceOpen('outage')
  await warm()
  const outage = await observe(() => bytes)
  reader.kill()
  clearInterval(traffic)
  page.close()
  server.closeAllConnections()
  server.close()
  report([idle, busy, outage])
}

/** @param {() => number} readBytes */
async function observe(readBytes) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const before = { cpu: process.cpuUsage(), bytes: readBytes() }
  delay.enable()
  await new Promise((resolve) => setTimeout(resolve, 1_000 * seconds))
  delay.disable()
  const { user, system } = process.cpuUsage(before.cpu)
  return {
    cpu: (user + system) / 1e4 / seconds,
    median: delay.percentile(50) / 1e6,
    p99: delay.percentile(99) / 1e6,
    bytes: (readBytes() - before.bytes) / seconds / pages,
  }
}

/** The heap that a full history takes: each breaker opens and closes until nothing more is kept. */
function heapOfHistory() {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const registry = new CircuitBreakerRegistry()
  const all = Array.from({ length: breakers }, (_, n) => registry.get(`tenant-${n} orders`))
  const flap = () => {
    for (const breaker of all) {
      for (let n = 0; n < 10; n++) breaker.acquire().failure(new Error('x'))
      breaker.probeNow()
      for (let n = 0; n < 2; n++) breaker.acquire().success()
    }
  }
  flap()
  const used = () => {
    gc()
    gc()
    return process.memoryUsage().heapUsed
  }
  const before = used()
  const page = dashboard({ registry })
  for (let n = 0; n < 24; n++) flap()
  const full = used()
  page.close()
  return full - before
}

/**
 * Nanoseconds for a call, with and without a dashboard in the process.
 * @param {(breaker: import('@cb/core').CircuitBreaker) => void} call
 */
function costOf(call, prepare = (/** @type {import('@cb/core').CircuitBreaker} */ _breaker) => {}) {
  const registry = new CircuitBreakerRegistry()
  const breaker = registry.get('x')
  prepare(breaker)
  const time = () => {
    let best = Infinity
    for (let round = 0; round < 20; round++) {
      const start = performance.now()
      for (let n = 0; n < 50_000; n++) call(breaker)
      best = Math.min(best, (performance.now() - start) * 20)
    }
    return best
  }
  time()
  const without = time()
  const page = dashboard({ registry })
  const having = time()
  page.close()
  return { without, having }
}

/** @param {Awaited<ReturnType<typeof observe>>[]} observed  without a page, with pages, with pages while every breaker is open. */
function report(observed) {
  const heap = heapOfHistory()
  const call = costOf((breaker) => breaker.acquire().success())
  const rejection = costOf(
    (breaker) => void breaker.tryAcquire(),
    (breaker) => breaker.forceOpen(),
  )
  const percent = (/** @type {number} */ it) => `${it.toFixed(1)} %`
  const ms = (/** @type {number} */ it) => `${it.toFixed(1)} ms`
  const ns = (/** @type {number} */ it) => `${Math.round(it)} ns`
  const row = (/** @type {(it: (typeof observed)[number]) => string} */ show) => observed.map(show).join(' | ')
  const text = `Node ${process.versions.node} on ${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}; ${breakers} breakers, ${Math.round(callsPerTurn * 20)} calls a second.

| | no page | ${pages} pages | ${pages} pages, every breaker open |
|---|--:|--:|--:|
| CPU of one core, the traffic's own work included | ${row(({ cpu }) => percent(cpu))} |
| event loop delay, median | ${row(({ median }) => ms(median))} |
| event loop delay, p99 | ${row(({ p99 }) => ms(p99))} |
| to each page, a second | ${row(({ bytes }) => `${(bytes / 1_000).toFixed(1)} kB`)} |

| with no page open | without a dashboard | with one |
|---|--:|--:|
| a call that succeeds | ${ns(call.without)} | ${ns(call.having)} |
| a call that is rejected | ${ns(rejection.without)} | ${ns(rejection.having)} |
| heap of the history when it is full: ${breakers} breakers, 48 transitions each | | ${(heap / 1e6).toFixed(1)} MB |
`
  console.log(text)
  const file = new URL('../README.md', import.meta.url)
  const marks = /(<!-- measured: written by `pnpm measure` -->\n\n).*?(<!-- end of measured -->)/s
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(marks, (_, begin, end) => `${begin}${text}\n${end}`),
  )
}
