import { CircuitBreaker } from '@cb/core'
import { instrumentCircuitBreakers } from '@cb/opentelemetry'
import { joinFleet } from '@cb/redis'
import { until } from '@cb/test-kit'
import { InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { createClient } from 'redis'
import { expect, onTestFinished, test } from 'vitest'
import { hasRedis, startRedis } from '../../../packages/redis/test/redis-server.ts'

test.skipIf(!hasRedis)(
  'the metrics of an instance say that it has lost touch with Redis, and has it again',
  async () => {
    const server = await startRedis()
    onTestFinished(() => server.stop())
    const reader = new PeriodicExportingMetricReader({
      exporter: new InMemoryMetricExporter(0),
      exportIntervalMillis: 2 ** 31 - 1,
    })
    const meterProvider = new MeterProvider({ readers: [reader] })
    onTestFinished(() => meterProvider.shutdown())
    onTestFinished(instrumentCircuitBreakers({ meterProvider }))
    const client = createClient({ url: server.url })
    client.on('error', () => {}) // the server is stopped before
    await client.connect()
    onTestFinished(() => client.destroy())
    const fleet = await joinFleet({ client, pollInterval: 100, deadline: 200 })
    onTestFinished(() => fleet.leave())
    const breaker = new CircuitBreaker({ name: 'payments' })
    await fleet.share(breaker)
    const connected = async () => {
      const { resourceMetrics } = await reader.collect()
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
      const gauge = metrics.find(({ descriptor }) => descriptor.name === 'circuit_breaker.fleet.connected')
      return gauge?.dataPoints.map(({ attributes, value }) => [attributes['circuit_breaker.name'], value])
    }
    expect(await connected()).toEqual([['payments', 1]])
    server.process.kill('SIGSTOP')
    await until(async () => (await connected())?.[0]?.[1] === 0)
    server.process.kill('SIGCONT')
    await until(async () => (await connected())?.[0]?.[1] === 1)
    expect(breaker.snapshot().fleet).toBe('connected')
  },
)
