import { CircuitBreaker, consecutiveFailures } from '@cb/core'
import { trace } from '@opentelemetry/api'
import { describe, expect, onTestFinished, test } from 'vitest'
import { questions } from '../monitoring/questions.ts'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { attribute } from '../src/names.ts'
import { inMemory, startGlobally, stopGlobally } from './in-memory.ts'
import { needsPrometheus } from './promtool.ts'
import { scraping } from './scrapes.ts'

const trip = consecutiveFailures(1)
const down = () => Promise.reject(new Error('down'))

test('all spans, log events and series of a breaker in shadow mode say so, and those of others say nothing', async () => {
  const telemetry = inMemory()
  startGlobally(telemetry)
  onTestFinished(stopGlobally)
  const { loggerProvider } = telemetry
  onTestFinished(
    instrumentCircuitBreakers({ loggerProvider, callSpans: 'all', filter: ({ name }) => /shadow|real/.test(name) }),
  )
  const shadow = new CircuitBreaker({ name: 'shadow', shadow: true, trip })
  const real = new CircuitBreaker({ name: 'real', trip })
  for (const breaker of [shadow, real]) for (let n = 0; n < 3; n++) await breaker.execute(down).catch(() => {})
  const metrics = await telemetry.collect()
  const attributes = [
    ...telemetry.spans().map((span) => span.attributes),
    ...telemetry.logs.getFinishedLogRecords().map((record) => record.attributes),
    ...metrics.flatMap(({ dataPoints }) => dataPoints.map((point) => point.attributes)),
  ]
  const said = (name: string) =>
    new Set(attributes.filter((all) => all[attribute.name] === name).map((all) => all[attribute.shadow]))
  expect(said('shadow')).toEqual(new Set([true]))
  expect(said('real')).toEqual(new Set([undefined]))
  expect(await telemetry.points('circuit_breaker.shadowed_calls')).toEqual({ 'shadow true': 2 })
  expect(trace.getActiveSpan()).toBeUndefined()
})

test('a breaker with a share of shadow mode rejects calls, so it is an ordinary one, and its shadowed calls are counted', async () => {
  const telemetry = inMemory()
  onTestFinished(
    instrumentCircuitBreakers({ meterProvider: telemetry.meterProvider, filter: ({ name }) => name === 'part' }),
  )
  let random = 0
  const breaker = new CircuitBreaker({ name: 'part', shadow: 0.5, trip, random: () => random })
  breaker.acquire().failure(new Error())
  breaker.tryAcquire()
  random = 0.9
  breaker.tryAcquire()
  expect(await telemetry.points('circuit_breaker.shadowed_calls')).toEqual({ part: 1 })
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({ 'part rejected': 1 })
})

test('a breaker that leaves shadow mode continues in other series, whose counts begin there', async () => {
  const telemetry = inMemory()
  onTestFinished(
    instrumentCircuitBreakers({ meterProvider: telemetry.meterProvider, filter: ({ name }) => name === 'trusted' }),
  )
  const breaker = new CircuitBreaker({ name: 'trusted', shadow: true, trip })
  await breaker.execute(async () => {})
  await breaker.execute(async () => {})
  await telemetry.collect()
  breaker.configure({ shadow: false })
  await breaker.execute(down).catch(() => {})
  expect(await telemetry.points('circuit_breaker.transitions')).toMatchObject({
    'trusted true open closed': 0,
    'trusted open closed': 1,
  })
  expect(await telemetry.points('circuit_breaker.calls')).toMatchObject({
    'trusted true success': 2,
    'trusted true failure': 0,
    'trusted success': 0,
    'trusted failure': 1,
  })
  expect(await telemetry.points('circuit_breaker.state')).toMatchObject({
    'trusted true open': 0,
    'trusted true closed': 0,
    'trusted open': 1,
  })
})

describe('in Prometheus', () => {
  needsPrometheus()

  test('an open breaker in shadow mode raises no alert and is in no answer, beside one that does and is', async () => {
    const scrapes = scraping()
    const tried = scrapes.instance('a:1').breaker({ name: 'payments', shadow: true, trip, openDuration: 3_600_000 })
    const real = scrapes.instance('b:1').breaker({ name: 'payments', trip, openDuration: 3_600_000 })
    await scrapes.minutes(1)
    await scrapes.minutes(10, async () => {
      for (const breaker of [tried, real]) for (let n = 0; n < 30; n++) await breaker.execute(down).catch(() => {})
    })
    expect([tried.state, real.state]).toEqual(['open', 'open'])
    await scrapes.expectFiring('CircuitBreakerOpenTooLong b:1 payments', 'CircuitBreakerRejectionShare b:1 payments')
    const { slow: _, fallbacks: __, overrides: ___, ...others } = questions() // it has none
    for (const { promql } of Object.values(others))
      await scrapes.expectAnswers(`count by (instance) (${promql}) * 0 + 1`, { '{instance="b:1"}': 1 })
    await scrapes.expectAnswers('sum by (instance) (circuit_breaker_shadowed_calls_total)', { '{instance="a:1"}': 299 })
  })

  test('a breaker in shadow mode that is forced open rejects calls, so it alerts and is in the answers', async () => {
    const scrapes = scraping()
    const breaker = scrapes.instance('a:1').breaker({ name: 'payments', shadow: true, trip })
    scrapes.instance('b:1').breaker({ name: 'payments', shadow: true, trip })
    breaker.forceOpen('maintenance')
    expect(breaker.tryAcquire().admitted).toBe(false)
    await scrapes.minutes(32, () => void Array.from({ length: 30 }, () => breaker.tryAcquire()))
    await scrapes.expectFiring(
      'CircuitBreakerOpenTooLong a:1 payments',
      'CircuitBreakerOverrideLeftBehind a:1 payments',
      'CircuitBreakerRejectionShare a:1 payments',
    )
    await scrapes.expectAnswers(`count by (instance) (${questions().rejected.promql})`, { '{instance="a:1"}': 1 })
    await scrapes.expectAnswers(`count by (instance) (${questions().overrides.promql})`, { '{instance="a:1"}': 1 })
  })
})
