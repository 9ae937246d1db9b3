import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { until } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hasRedis, type RedisServer, startRedis } from './redis-server.ts'

interface Entered {
  readonly to: string
  readonly cause: string
  readonly at: number
}

describe.skipIf(!hasRedis)('40 clients of both libraries in 4 processes', () => {
  let redis: RedisServer
  let processes: ChildProcess[]
  let entered: Entered[]
  /** Requests that the dependency has not answered, by process. */
  let pending: { pid: number; response: ServerResponse }[]
  let respond: (response: ServerResponse) => void
  let most: number
  let served: number
  const dependency = createServer((request, response) => {
    const entry = { pid: Number(request.headers['pid']), response }
    pending.push(entry)
    if (served < 6) most = Math.max(most, pending.length)
    response.on('close', () => {
      pending = pending.filter((other) => other !== entry)
      if (response.writableFinished) served++
    })
    respond(response)
  })

  beforeEach(async () => {
    ;[entered, pending, most, served] = [[], [], 0, 0]
    respond = (response) => setTimeout(() => response.end('well'), 100)
    redis = await startRedis()
    dependency.listen(0, '127.0.0.1')
    await once(dependency, 'listening')
    const origin = `http://127.0.0.1:${(dependency.address() as AddressInfo).port}`
    const file = fileURLToPath(new URL('fleet-process.mjs', import.meta.url))
    processes = Array.from({ length: 4 }, () => fork(file, [redis.url, origin]))
    for (const child of processes)
      child.on('message', (message) => message === 'ready' || entered.push(message as Entered))
    await Promise.all(processes.map((child) => once(child, 'message')))
  })
  afterEach(async () => {
    for (const child of processes) {
      if (child.connected) child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    dependency.closeAllConnections()
    await new Promise((resolve) => dependency.close(resolve))
    await redis.stop()
  })

  const all = (to: string) => entered.filter((event) => event.to === to)

  test('are open within 100 ms of a trip, in the median', async () => {
    processes[0]?.send('trip')
    await until(() => all('open').length === 40)
    const [own] = all('open').filter(({ cause }) => cause === 'call')
    const delays = all('open').map(({ at }) => at - (own as Entered).at)
    delays.sort((a, b) => a - b)
    console.log(`open after ${delays[20]} ms in the median, ${delays[39]} ms at most`)
    expect(delays[20]).toBeLessThan(100)
  })

  test('have never more than maxConcurrent probes in flight together, counted at the dependency, and close', async () => {
    processes[0]?.send('trip')
    await until(() => all('open').length === 40)
    for (const child of processes) child.send('call')
    await until(() => all('closed').length === 40)
    expect(most).toBe(2)
  })

  test('recover although the processes that hold the probes are killed', async () => {
    respond = () => {} // the first two probes hang
    processes[0]?.send('trip')
    await until(() => all('open').length === 40)
    for (const child of processes) child.send('call')
    await until(() => pending.length === 2)
    const killed = processes.filter(({ pid }) => pending.some((probe) => probe.pid === pid))
    respond = (response) => setTimeout(() => response.end('well'), 100)
    for (const child of killed) child.kill('SIGKILL')
    await until(() => all('closed').length === 40 - 10 * killed.length)
    expect(most).toBe(2)
  })
})
