import { CircuitBreaker } from '@cb/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory, startGlobally, stopGlobally, type Telemetry } from './in-memory.ts'
import { sharedBreaker, tripped } from './shared-breaker.ts'

let telemetry: Telemetry
let stop: () => void

beforeEach(() => {
  telemetry = inMemory()
  startGlobally(telemetry)
  stop = instrumentCircuitBreakers({ loggerProvider: telemetry.loggerProvider })
})

afterEach(() => {
  stop()
  stopGlobally()
})

test('a transition of a fleet says whose vote it was on its span and its log event, with the cause in the log event', () => {
  sharedBreaker('payments').adopt(tripped)
  const [span] = telemetry.transitions()
  const [log] = telemetry.logs.getFinishedLogRecords()
  const expected = {
    'circuit_breaker.transition.reason': 'fleet_tripped',
    'circuit_breaker.fleet.instance': 'shop-1:42',
  }
  expect(span?.attributes).toMatchObject(expected)
  expect(log?.attributes).toMatchObject({ ...expected, 'circuit_breaker.note': 'consecutive-failures' })
})

test('an operator of a fleet is named by the log event of the override, without credentials', () => {
  const by = 'ann:secret@host'
  sharedBreaker('payments').adopt({ ...tripped, by, override: { state: 'closed', remaining: 1_000 } })
  const [log] = telemetry.logs.getFinishedLogRecords()
  expect(log?.eventName).toBe('circuit_breaker.override')
  expect(log?.attributes['circuit_breaker.fleet.instance']).toBe('host')
})

test('metrics do not have the instance, of which there may be many', async () => {
  sharedBreaker('payments').adopt(tripped)
  const metrics = JSON.stringify(await telemetry.collect())
  expect(metrics).toContain('circuit_breaker.transitions')
  expect(metrics).not.toContain('shop-1')
})

test('the gauge of a fleet is 1 while it can be reached and 0 while not, also without calls; no other breaker has it', async () => {
  const connected = () => telemetry.points('circuit_breaker.fleet.connected')
  new CircuitBreaker({ name: 'alone' })
  expect(await connected()).not.toHaveProperty('alone')
  const one = sharedBreaker('of a fleet')
  expect(await connected()).toMatchObject({ 'of a fleet': 1 })
  one.isConnected = false
  expect(await connected()).toMatchObject({ 'of a fleet': 0 })
  const namesake = sharedBreaker('of a fleet')
  expect(await connected()).toMatchObject({ 'of a fleet': 0 })
  one.isConnected = true
  expect(await connected()).toMatchObject({ 'of a fleet': 1 })
  expect(namesake.isConnected).toBe(true) // a reference until here, because a collected breaker is not reported
})
