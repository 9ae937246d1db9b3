// The tests of a program that loads every package twice: with `import`, and with `require`, as one of its libraries may.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { afterEach, beforeEach, test } from 'node:test'
import * as axiosAdapter from '@cb/axios'
import * as core from '@cb/core'
import * as expressAdapter from '@cb/express'
import * as fetchAdapter from '@cb/fetch'
import * as undiciAdapter from '@cb/fetch/undici'
import * as telemetry from '@cb/opentelemetry'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import axios from 'axios'
import express from 'express'

const require = createRequire(import.meta.url)

const imported = { axios, axiosAdapter, core, expressAdapter, fetchAdapter, undiciAdapter, telemetry }
const required = {
  axios: require('axios'),
  axiosAdapter: require('@cb/axios'),
  core: require('@cb/core'),
  expressAdapter: require('@cb/express'),
  fetchAdapter: require('@cb/fetch'),
  undiciAdapter: require('@cb/fetch/undici'),
  telemetry: require('@cb/opentelemetry'),
}
/** Each with the other one. */
const pairs = [
  [imported, required],
  [required, imported],
]

const down = () => Promise.reject(new Error('down'))
const errorOf = (promise) => promise.catch((error) => error)

/** Whatever tests started. */
let ends = []
let origin

beforeEach(async () => {
  const server = createServer((_request, response) => response.writeHead(503).end())
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${server.address().port}`
  ends = [() => server.close()]
})
afterEach(() => {
  for (const end of ends) end()
})

test('import and require load two copies with the same exports', () => {
  for (const [name, copy] of Object.entries(imported)) {
    assert.notEqual(copy, required[name])
    if (name !== 'axios') assert.deepEqual(Object.keys(copy).sort(), Object.keys(required[name]).sort())
  }
  assert.notEqual(core.CircuitBreaker, required.core.CircuitBreaker)
})

test('an observer of either copy hears each event of the breakers of both exactly once', async () => {
  const options = { trip: core.consecutiveFailures(1) }
  const early = pairs.map(([{ core }], index) => new core.CircuitBreaker({ name: `early ${index}`, ...options }))
  const heard = pairs.map(([{ core }]) => {
    const events = []
    const add = (what, { name }) => events.push(`${name}: ${what}`)
    const end = core.observe({
      created: (breaker) => add('created', breaker),
      transition: ({ to }, breaker) => add(to, breaker),
      outcome: ({ outcome }, breaker) => add(outcome, breaker),
      rejection: ({ reason }, breaker) => add(`rejected, ${reason}`, breaker),
      call: (run, breaker) => {
        add('call', breaker)
        run()
      },
    })
    ends.push(end)
    return events
  })
  const late = pairs.map(([{ core }], index) => new core.CircuitBreaker({ name: `late ${index}`, ...options }))
  for (const breaker of [...early, ...late]) {
    await errorOf(breaker.execute(down))
    await errorOf(breaker.execute(down))
  }
  const names = [...early, ...late].map(({ name }) => name)
  const expected = names.flatMap((name) =>
    ['created', 'call', 'failure', 'open', 'rejected, open'].map((what) => `${name}: ${what}`),
  )
  for (const events of heard) {
    const ours = events.filter((event) => names.some((name) => event.startsWith(name)))
    assert.deepEqual(ours.sort(), expected.sort())
  }
})

test('errors of one copy are instances of the classes of the other', async () => {
  for (const [one, other] of pairs) {
    const open = new one.core.CircuitBreaker({ name: 'open' })
    open.forceOpen()
    const rejection = await errorOf(open.execute(down))
    assert.ok(rejection instanceof other.core.CircuitOpenError)
    assert.equal(rejection.code, 'ECIRCUITOPEN')

    const slow = new one.core.CircuitBreaker({ name: 'slow', callTimeout: 1 })
    assert.ok((await errorOf(slow.execute(() => new Promise(() => {})))) instanceof other.core.CallTimeoutError)

    const protectedFetch = one.fetchAdapter.protectFetch()
    const failures = []
    protectedFetch.registry.on('outcome', ({ error }) => failures.push(error))
    await protectedFetch(origin)
    assert.ok(failures[0] instanceof other.axiosAdapter.HttpStatusError)
  }
})

test('a rejection by a breaker of one copy is ignored by a breaker of the other, and tells how long to wait', async () => {
  for (const [one, other] of pairs) {
    const inner = new one.core.CircuitBreaker({ name: 'inner' })
    inner.forceOpen('maintenance', { for: 5_000 })
    const outer = new other.core.CircuitBreaker({ name: 'outer' })
    const error = await errorOf(outer.execute(() => inner.execute(down)))
    assert.equal(outer.snapshot().totals.ignored, 1)
    assert.equal(other.core.retryDelay(error), error.retryAfterMs)
  }
})

test('saved states and background probes of one copy take no breaker of the other', () => {
  for (const [one, other] of pairs) {
    const breaker = new other.core.CircuitBreaker({ name: 'search' })
    const expected = { name: 'TypeError', message: /^breaker must be a CircuitBreaker/ }
    assert.throws(() => one.core.saveState(breaker), expected)
    assert.throws(() => one.core.restoreState(breaker, other.core.saveState(breaker)), expected)
    assert.throws(() => one.core.probeInBackground(breaker, async () => {}), expected)
  }
})

test('an adapter of one copy takes a registry of the other', async () => {
  for (const [one, other] of pairs) {
    const registry = new other.core.CircuitBreakerRegistry({ defaults: { trip: other.core.consecutiveFailures(3) } })
    const client = one.axios.create()
    one.axiosAdapter.protectAxios(client, { registry })
    const protectedFetch = one.fetchAdapter.protectFetch({ registry })
    await errorOf(client.get(origin))
    await protectedFetch(origin)
    await protectedFetch(origin)
    assert.equal((await errorOf(client.get(origin))).code, 'ECIRCUITOPEN')
    assert.equal(registry.get(origin).state, 'open')
    assert.equal(one.undiciAdapter.breakerInterceptor({ registry }).registry, registry)
  }
})

test('a guard, an error handler and health checks of one copy take breakers of the other', async () => {
  for (const [one, other] of pairs) {
    const breaker = new other.core.CircuitBreaker({ name: 'reports' })
    const app = express()
    app.get('/guarded', one.expressAdapter.guard({ breaker }), (_request, response) => response.send('hello'))
    app.get('/calls', () => breaker.execute(down))
    app.use('/health', one.expressAdapter.health({ breakers: [breaker], critical: ['reports'] }))
    app.use(one.expressAdapter.errorHandler())
    const server = app.listen(0, '127.0.0.1')
    ends.push(() => server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const statusOf = async (path) => (await fetch(`http://127.0.0.1:${server.address().port}${path}`)).status
    assert.equal(await statusOf('/guarded'), 200)
    breaker.forceOpen('maintenance')
    assert.deepEqual(
      [await statusOf('/guarded'), await statusOf('/calls'), await statusOf('/health/ready')],
      [503, 503, 503],
    )
  }
})

test('telemetry of one copy records each transition of a breaker of the other once', () => {
  for (const [one, other] of pairs) {
    const exporter = new InMemorySpanExporter()
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const stop = one.telemetry.instrumentCircuitBreakers({ tracerProvider })
    new other.core.CircuitBreaker({ name: 'mail' }).forceOpen('maintenance')
    stop()
    const names = exporter.getFinishedSpans().map(({ name }) => name)
    assert.deepEqual(names, ['circuit_breaker open'])
  }
})

test('errors of a protected axios are instances of the AxiosError that its program loaded', async () => {
  assert.notEqual(imported.axios.AxiosError, required.axios.AxiosError)
  for (const [{ axios, axiosAdapter }] of pairs) {
    const client = axios.create()
    axiosAdapter.protectAxios(client, { defaults: { callTimeout: 5_000 } })
    assert.ok((await errorOf(client.get(origin))) instanceof axios.AxiosError)
    assert.ok((await errorOf(client.get('http://127.0.0.1:1'))) instanceof axios.AxiosError)
    const stopped = new AbortController()
    stopped.abort()
    assert.ok((await errorOf(client.get(origin, { signal: stopped.signal }))) instanceof axios.CanceledError)
  }
})
