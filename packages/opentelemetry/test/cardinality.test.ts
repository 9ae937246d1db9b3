import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { diag, trace } from '@opentelemetry/api'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { type InstrumentCircuitBreakersOptions, instrumentCircuitBreakers } from '../src/index.ts'
import { collected, heapUsed, trackCollection } from './garbage.ts'
import { inMemory, type Telemetry } from './in-memory.ts'
import { connectionError, outage } from './outage.ts'

const logged: string[] = []

beforeEach(() => {
  const note = (message: string) => void logged.push(message)
  diag.setLogger({ error: note, warn: note, info() {}, debug() {}, verbose() {} })
  logged.length = 0
  return () => diag.disable()
})

function started(options: InstrumentCircuitBreakersOptions): Telemetry {
  const telemetry = inMemory()
  const { tracerProvider, meterProvider, loggerProvider } = telemetry
  onTestFinished(instrumentCircuitBreakers({ tracerProvider, meterProvider, loggerProvider, ...options }))
  return telemetry
}

function host(n: number | string): CircuitBreaker {
  return new CircuitBreaker({ name: `http://host-${n}:80`, trip: consecutiveFailures(1) })
}

const call = (breaker: CircuitBreaker) => breaker.execute(async () => {})
const isState = (key: string) => /(closed|open|half_open)$/.test(key)

async function namesIn(telemetry: Telemetry): Promise<string[]> {
  const keys = Object.keys(await telemetry.points('circuit_breaker.state')).filter(isState)
  return [...new Set(keys.map((key) => key.slice(0, key.lastIndexOf(' '))))].sort()
}

test('a breaker that the filter excludes is in no metric, span or log event', async () => {
  const telemetry = started({ filter: ({ name }) => name === 'kept', callSpans: 'all', outageSpan: true })
  const story = outage(trace.getTracer('application'), 'left out')
  for (let failures = 0; failures < 4; failures++) await story.request(true)
  await story.request()
  const kept = new CircuitBreaker({ name: 'kept' })
  await call(kept)
  expect(story.breaker.state).toBe('open')
  expect(await namesIn(telemetry)).toEqual(['kept'])
  expect(telemetry.spans().map((span) => span.name)).toEqual(['execute kept'])
  expect(telemetry.logs.getFinishedLogRecords()).toEqual([])
})

test('breakers that are aggregated have one name in metrics, and their own in spans and log events', async () => {
  const telemetry = started({ aggregate: ({ name }) => (name.startsWith('http') ? 'hosts' : name) })
  const [one, other, payments] = [host(1), host(2), new CircuitBreaker({ name: 'payments' })]
  for (const breaker of [one, other, payments]) await call(breaker)
  await other.execute(() => Promise.reject(connectionError)).catch(() => {})
  expect(await namesIn(telemetry)).toEqual(expect.arrayContaining(['hosts', 'payments']))
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({ 'hosts closed': 1, 'hosts open': 1 })
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ 'hosts success': 2, 'hosts failure': 1 })
  expect(await telemetry.points('circuit_breaker.transitions')).toMatchObject({ 'hosts open closed': 1 })
  const own = { 'circuit_breaker.name': 'http://host-2:80', 'server.address': 'host-2', 'server.port': 80 }
  expect(telemetry.transitions().map((span) => span.attributes)).toMatchObject([own])
  expect(telemetry.logs.getFinishedLogRecords().map((record) => record.attributes)).toMatchObject([own])
})

test.each([
  ['throws', () => JSON.parse('{')],
  ['returns no string', () => 42 as never],
])('with an aggregate that %s every breaker keeps its own name, and that is logged once', async (_, aggregate) => {
  const telemetry = started({ aggregate })
  const breakers = [host('a'), host('b')]
  for (const breaker of breakers) await call(breaker)
  expect(await namesIn(telemetry)).toEqual(expect.arrayContaining(breakers.map(({ name }) => name)))
  expect(logged).toEqual([expect.stringContaining('the `aggregate` option')])
})

test('with a filter that throws every breaker is recorded, and that is logged once', async () => {
  const filter = () => {
    throw new Error('no list')
  }
  const telemetry = started({ filter })
  const breakers = [host('c'), host('d')]
  for (const breaker of breakers) await call(breaker)
  expect(await namesIn(telemetry)).toEqual(expect.arrayContaining(breakers.map(({ name }) => name)))
  expect(logged).toEqual([expect.stringMatching(/the `filter` option.*no list/)])
})

test('names above maxNames are counted together as (overflow), without losing a call, and one warning is logged', async () => {
  const filter = ({ name }: CircuitBreaker) => name.startsWith('http://host-over')
  const telemetry = started({ filter, maxNames: 2 })
  const breakers = Array.from({ length: 10 }, (_, n) => host(`over-${n}`))
  for (const breaker of breakers) await call(breaker)
  breakers[7]?.forceOpen()
  breakers[8]?.forceOpen()
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({
    'http://host-over-1:80 closed': 1,
    '(overflow) closed': 6,
    '(overflow) open': 2,
  })
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({
    'http://host-over-1:80 success': 1,
    '(overflow) success': 8,
  })
  expect(telemetry.transitions().map((span) => span.attributes['circuit_breaker.name'])).toEqual([
    'http://host-over-7:80',
    'http://host-over-8:80',
  ])
  expect(logged).toHaveLength(1)
  expect(logged[0]).toMatch(/more than 2 names of circuit breakers.*\(overflow\).*aggregate.*filter.*maxNames/)
})

test('two breakers of one name that are in use are warned of, once', async () => {
  const telemetry = started({ filter: ({ name }) => name === 'http://host-twice:80' })
  const [fetch, axios] = [host('twice'), host('twice')]
  for (let round = 0; round < 3; round++) {
    await telemetry.collect()
    for (const breaker of [fetch, axios]) await call(breaker)
  }
  await telemetry.collect()
  expect(logged).toEqual([
    expect.stringContaining(
      'there are 2 circuit breakers named http://host-twice:80; in metrics and alerts they are one',
    ),
  ])
})

test('a breaker that has taken the place of another, and breakers that are combined, are not warned of', async () => {
  const filter = ({ name }: CircuitBreaker) => /replaced|combined/.test(name)
  const telemetry = started({ filter })
  const before = host('replaced')
  await call(before)
  await telemetry.collect()
  const after = host('replaced')
  for (let round = 0; round < 3; round++) {
    await call(after)
    await telemetry.collect()
  }
  const combined = started({ filter, aggregate: () => 'combined' })
  for (let round = 0; round < 3; round++) {
    for (const breaker of [before, after]) await call(breaker)
    await combined.collect()
  }
  expect(logged).toEqual([])
})

test('with exactly maxNames names nothing overflows, and no warning is logged', async () => {
  const telemetry = started({ filter: ({ name }) => name.startsWith('http://host-room'), maxNames: 3 })
  const breakers = Array.from({ length: 3 }, (_, n) => host(`room-${n}`))
  expect(await namesIn(telemetry)).toEqual(breakers.map(({ name }) => name))
  expect(logged).toEqual([])
})

test('names of collected breakers count towards maxNames', async () => {
  const filter = ({ name }: CircuitBreaker) => name.startsWith('http://host-churn')
  const telemetry = started({ filter, maxNames: 2 })
  for (let round = 0; round < 5; round++) {
    const create = () => trackCollection(host(`churn-${round}`), `churn ${round}`)
    create()
    await telemetry.collect()
    await collected(`churn ${round}`)
  }
  expect(await namesIn(telemetry)).toEqual(['(overflow)', 'http://host-churn-0:80', 'http://host-churn-1:80'])
})

test('many hosts with many error types stay within the series that an SDK keeps', async () => {
  const filter = ({ name }: CircuitBreaker) => name.startsWith('http://host-codes')
  const telemetry = started({ filter })
  const breakers = Array.from({ length: 340 }, (_, n) => host(`codes-${n}`))
  for (const breaker of breakers) {
    for (let code = 0; code < 8; code++) {
      const error = Object.assign(new Error(), { code: `E${code}` })
      await breaker.execute(() => Promise.reject(error)).catch(() => {})
      breaker.reset()
    }
  }
  const points = Object.entries(await telemetry.points('circuit_breaker.call.duration'))
  expect(points.length).toBeLessThan(2_000)
  expect(logged.filter((message) => /331 pairs .* further error types are _OTHER/.test(message))).toHaveLength(1)
  expect(points.filter(([key]) => key === 'true')).toEqual([]) // otel.metric.overflow
  expect(points.reduce((sum, [, value]) => sum + (value as { count: number }).count, 0)).toBe(340 * 8)
}, 30_000)

test('as many names as there may be, in shadow mode and without, with every transition, stay within the series that an SDK keeps', async () => {
  const filter = ({ name }: CircuitBreaker) => name.startsWith('http://host-full')
  const telemetry = started({ filter, callDuration: false, transitionSpans: false })
  const breakers = Array.from({ length: 340 }, (_, n) => host(`full-${n}`))
  breakers.push(new CircuitBreaker({ name: 'http://host-full-shadow', shadow: true }))
  for (const breaker of breakers) {
    await breaker.execute(() => Promise.reject(connectionError)).catch(() => {})
    for (const change of ['probeNow', 'reset', 'forceOpen', 'resume', 'forceOpen', 'forceClosed', 'resume'] as const)
      breaker[change]()
  }
  for (const { dataPoints, descriptor } of await telemetry.collect()) {
    expect(dataPoints.length, descriptor.name).toBeLessThan(2_000)
    expect(dataPoints.some(({ attributes }) => 'otel.metric.overflow' in attributes)).toBe(false)
  }
  const transitions = Object.entries(await telemetry.points('circuit_breaker.transitions'))
  expect(transitions).toHaveLength(333 * 6)
  expect(transitions.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(
    telemetry.logs.getFinishedLogRecords().filter(({ eventName }) => eventName?.endsWith('transition')).length,
  )
  expect(breakers).toHaveLength(341)
}, 30_000)

test('a hundred thousand breakers fit into every instrument, use little memory, and are not read while idle', async () => {
  let clockReads = 0
  const now = () => {
    clockReads++
    return 0
  }
  const count = 100_000
  const defaults = { trip: consecutiveFailures(3), now }
  let registry: CircuitBreakerRegistry | undefined = new CircuitBreakerRegistry({ maxSize: count, defaults })
  for (let n = 0; n < count; n++) await call(registry.get(`http://host-many-${n}:80`))
  const before = await heapUsed()
  const telemetry = started({ filter: ({ name }) => name.startsWith('http://host-many') })
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ '(overflow) success': count - 331 })
  expect(((await heapUsed()) - before) / count).toBeLessThan(1_000) // bytes per breaker

  clockReads = 0
  const metrics = await telemetry.collect()
  expect(clockReads).toBe(0) // no breaker was read
  for (const { dataPoints, descriptor } of metrics) {
    expect(dataPoints.length, descriptor.name).toBeLessThanOrEqual(332 * 6)
    expect(dataPoints.some(({ attributes }) => 'otel.metric.overflow' in attributes)).toBe(false)
  }
  registry.get('http://host-many-99999:80').forceOpen()
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({ '(overflow) open': 1 })

  registry = undefined
  expect((await heapUsed()) - before).toBeLessThan(0)
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({
    '(overflow) closed': 0,
    '(overflow) open': 0,
  })
}, 60_000)

test('without an SDK, which would read them, collected breakers leave nothing behind', async () => {
  onTestFinished(instrumentCircuitBreakers({ filter: ({ name }) => name.startsWith('http://host-brief') }))
  const churn = () => {
    for (let n = 0; n < 20_000; n++) host(`brief-${n}`)
  }
  churn()
  const before = await heapUsed()
  churn()
  churn()
  expect(((await heapUsed()) - before) / 40_000).toBeLessThan(50) // bytes per breaker
})

test('a breaker that its registry has evicted is in no state, and its calls stay counted', async () => {
  const filter = ({ name }: CircuitBreaker) => name.startsWith('http://host-evicted')
  const telemetry = started({ filter })
  const registry = new CircuitBreakerRegistry({ maxSize: 1 })
  const use = async (n: number) => {
    const breaker = registry.get(`http://host-evicted-${n}:80`)
    trackCollection(breaker, `evicted ${n}`)
    await call(breaker)
    await telemetry.collect()
  }
  await use(1)
  await use(2)
  await collected('evicted 1')
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({
    'http://host-evicted-1:80 closed': 0,
    'http://host-evicted-2:80 closed': 1,
  })
  await use(1)
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ 'http://host-evicted-1:80 success': 2 })
})
