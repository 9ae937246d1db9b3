import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { cpus } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { joinFleet } from '@cb/redis'
import { createClient } from 'redis'

// Measures what a fleet costs Redis and each of its processes, and writes that into the README. All instances are in this process.

const instances = 100
const breakers = 100
const seconds = 15
const pollInterval = 5_000
const trips = 30
const probeTime = 100

const port = await freePort()
const server = spawn('redis-server', [
  '--port',
  String(port),
  '--bind',
  '127.0.0.1',
  '--save',
  '',
  '--appendonly',
  'no',
])
await once(server.stdout, 'data')
process.once('exit', () => server.kill())
const client = createClient({ url: `redis://127.0.0.1:${port}`, socket: { reconnectStrategy: 10 } })
client.on('error', () => {}) // it is not up yet
await client.connect()

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')
const heap = () => {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const ratio = await closedRatio()
const all = createBreakers()
const before = heap()
const fleets = []
for (const own of all) {
  const fleet = await joinFleet({ client, namespace: 'measured', pollInterval, quorum: 1 })
  await Promise.all(own.map((breaker) => fleet.share(breaker)))
  fleets.push(fleet)
}
const bytes = (heap() - before) / instances / breakers
const stored = Number(await client.sendCommand(['MEMORY', 'USAGE', 'cb:measured:{breaker-0}']))
const idle = await observe()
const delays = await propagation()
let isOver = false
const traffic = callForAll()
trip(0, breakers)
const outage = await observe()
isOver = true
await traffic
await Promise.all(fleets.map((fleet) => fleet.leave()))
client.destroy()
server.kill()
report()

function createBreakers() {
  return Array.from({ length: instances }, () =>
    Array.from(
      { length: breakers },
      (_, n) => new CircuitBreaker({ name: `breaker-${n}`, trip: consecutiveFailures(1), openDuration: 2_000 }),
    ),
  )
}

/** How many times as long a closed call takes if the breaker is shared: the median of pairs of new breakers, in turns. */
async function closedRatio() {
  const fleet = await joinFleet({ client, namespace: 'ratio' })
  const work = async () => 1
  const time = async (/** @type {CircuitBreaker} */ breaker) => {
    const startedAt = performance.now()
    for (let n = 0; n < 20_000; n++) await breaker.execute(work)
    return performance.now() - startedAt
  }
  const ratios = []
  for (let round = 0; round < 60; round++) {
    const [local, shared] = [new CircuitBreaker({ name: 'local' }), new CircuitBreaker({ name: `shared-${round}` })]
    await fleet.share(shared)
    const isFirst = round % 2 === 0
    const one = await time(isFirst ? local : shared)
    const other = await time(isFirst ? shared : local)
    ratios.push(isFirst ? other / one : one / other)
  }
  await fleet.leave()
  return quantile(ratios.slice(10), 0.5)
}

/** @param {number} from @param {number} to  breakers that the first instance trips. */
function trip(from, to) {
  for (const breaker of all[0]?.slice(from, to) ?? []) {
    const permit = breaker.tryAcquire()
    if (permit.admitted) permit.failure(new Error('down'))
  }
}

/** From a trip until each other instance is open, over all trips. */
async function propagation() {
  /** @type {number[]} */
  const delays = []
  for (let n = 0; n < trips; n++) {
    const opened = all
      .slice(1)
      .map((own) => own[n])
      .map(
        (breaker) =>
          /** @type {Promise<number>} */ (
            new Promise((resolve) => {
              const end = breaker?.on('transition', ({ to }) => {
                if (to !== 'open') return
                end?.()
                resolve(performance.now())
              })
            })
          ),
      )
    const at = performance.now()
    trip(n, n + 1)
    for (const openedAt of await Promise.all(opened)) delays.push(openedAt - at)
  }
  return delays
}

/** A call of each instance to each breaker a second, to a dependency that fails after a while. */
async function callForAll() {
  const fail = async () => {
    await wait(probeTime)
    throw new Error('down')
  }
  while (!isOver) {
    for (const own of all) {
      for (const breaker of own) void breaker.execute(fail).catch(() => {})
      await wait(1_000 / instances)
    }
  }
  await wait(2 * probeTime)
}

async function observe() {
  const read = async () => {
    const stats = await client.sendCommand(['INFO', 'commandstats'])
    const cpu = await client.sendCommand(['INFO', 'cpu'])
    const [, calls] = /cmdstat_eval:calls=(\d+)/.exec(String(stats)) ?? []
    const used = ['used_cpu_sys', 'used_cpu_user'].map((name) =>
      Number(new RegExp(`${name}:([\\d.]+)`).exec(String(cpu))?.[1]),
    )
    return { scripts: Number(calls), cpu: used.reduce((sum, value) => sum + value, 0), at: performance.now() }
  }
  const first = await read()
  await wait(1_000 * seconds)
  const last = await read()
  const elapsed = (last.at - first.at) / 1_000
  return { scripts: (last.scripts - first.scripts) / elapsed, cpu: (100 * (last.cpu - first.cpu)) / elapsed }
}

/** @param {readonly number[]} values @param {number} share */
function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN
}

async function freePort() {
  const finder = createServer()
  await new Promise((resolve) => finder.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (finder.address())
  await new Promise((resolve) => finder.close(resolve))
  return port
}

function report() {
  const [, version] = /v=(\S+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' })) ?? []
  const cost = (10_000 * idle.cpu) / idle.scripts
  const big = (/** @type {number} */ interval) => (10_000 * breakers) / interval
  const text = `
Node.js ${process.versions.node}, Redis ${version}, ${cpus()[0]?.model}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}; ${instances} instances in one process, each with ${breakers} breakers that are polled every ${pollInterval / 1_000} s; one vote opens.

| | measured |
|---|--:|
| scripts a second at Redis, all closed | ${idle.scripts.toFixed(0)} |
| CPU of Redis for that, of one core | ${idle.cpu.toFixed(0)} % |
| scripts a second while all ${breakers} breakers fail, with a call a second of each instance to each | ${outage.scripts.toFixed(0)} |
| CPU of Redis for that | ${outage.cpu.toFixed(0)} % |
| from a trip until another instance is open, p50 | ${quantile(delays, 0.5).toFixed(1)} ms |
| the same, p99 | ${quantile(delays, 0.99).toFixed(1)} ms |
| heap for a shared breaker, beyond that of the breaker | ${bytes.toFixed(0)} bytes |
| memory of Redis for a breaker with ${instances} instances | ${stored} bytes |
| a closed call, times that of a breaker that is not shared | ${ratio.toFixed(2)} |

While closed, scripts a second are instances × breakers / poll interval, and each takes Redis ${cost.toFixed(0)} µs here. A breaker's state in Redis lists its live instances, so a script takes longer and a breaker more memory the more there are. On paper, 10 000 instances with ${breakers} breakers each make ${big(pollInterval / 1_000).toLocaleString('en')} scripts a second, and with \`pollInterval: 120_000\` ${big(120).toLocaleString('en', { maximumFractionDigits: 0 })}: such a fleet needs a long interval, few shared breakers, and a cluster.
`
  const path = new URL('../README.md', import.meta.url)
  const [start, end] = ['<!-- measured: written by `pnpm measure` -->\n', '<!-- end of measured -->']
  const readme = readFileSync(path, 'utf8')
  const [head, rest = ''] = readme.split(start)
  const [, tail] = rest.split(end)
  writeFileSync(path, `${head}${start}${text}\n${end}${tail}`)
  console.log(text)
}
