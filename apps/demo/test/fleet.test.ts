import { mkdtemp, rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@cb/test-kit'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { hasRedis } from '../../../packages/redis/test/redis-server.ts'
import { mostReadProbes } from '../src/clients.ts'
import type { Outage } from '../src/fleet/fleet-scenario.ts'
import { concludeFleet } from '../src/fleet/fleet-summary.ts'
import { DemoRun, patience } from './demo-run.ts'

const gateways = ['gateway1', 'gateway2', 'gateway3', 'gateway4']
/** Failures in a row that open a breaker for reads. */
const needed = 10

/** The numbers of one line of the comparison. */
function numbers(run: DemoRun, label: string): [alone: number, shared: number] {
  const [, alone, shared] = new RegExp(`^ {2}${label} +(\\d+) +(\\d+)$`, 'm').exec(run.stdout) ?? []
  return [Number(alone), Number(shared)]
}

describe('a run with four gateways that share their breakers', () => {
  let run: DemoRun
  beforeAll(async () => {
    run = new DemoRun(['--fleet', '4', '--once', '--port', '0'])
    await run.ended
  }, 4 * patience)

  test('ends with 0, prints nothing on standard error, and leaves no process', async () => {
    expect(run.stderr).toBe('')
    expect(await run.ended).toBe(0)
    expect(Object.keys(run.pids)).toEqual([...gateways, 'user', 'order', 'payment'])
    await run.allGone()
  })

  test('begins with one address to watch, and ends with a sentence that has the numbers of the table', () => {
    expect(run.stdout).toMatch(/^Watch it live: http:\/\/127\.0\.0\.1:\d+\/breakers\/\n/)
    const [failed, probes, most] = [
      numbers(run, 'calls that failed at payment'),
      numbers(run, 'of these, probes'),
      numbers(run, 'most probes in flight at payment'),
    ]
    const sentence = run.stdout.slice(run.stdout.indexOf('\nResult\n')).replaceAll('\n ', '')
    expect(sentence).toContain(
      `Each alone, the 4 gateways lost ${failed[0]} calls to payment, ${probes[0]} of them probes`,
    )
    expect(sentence).toContain(
      `they lost ${failed[1]} calls, ${probes[1]} of them probes, with up to ${most[1]} in flight`,
    )
  })

  test('counts at payment that each gateway has paid for its own trip and its own probes while alone', () => {
    expect(numbers(run, 'calls that failed at payment')[0]).toBeGreaterThanOrEqual(gateways.length * (needed + 1))
    expect(numbers(run, 'of these, probes')[0]).toBeGreaterThanOrEqual(gateways.length)
  })

  test('counts at payment that one trip was enough for all, and that never more probes than allowed were in flight', () => {
    const [, probes] = numbers(run, 'of these, probes')
    const [, most] = numbers(run, 'most probes in flight at payment')
    expect(numbers(run, 'calls that failed at payment')[1]).toBeGreaterThanOrEqual(needed + probes)
    expect(most).toBeGreaterThanOrEqual(1)
    expect(most).toBeLessThanOrEqual(mostReadProbes)
  })

  test('shows each trip while alone, and what the fleet has decided while shared', () => {
    const [alone = '', shared = ''] = run.stdout.split(' SHARED ')
    for (const name of gateways) expect(alone).toMatch(new RegExp(`OPEN +${name}: .*failure`))
    expect(alone).not.toContain('fleet: ')
    const story = ['has tripped, so all open', 'all 4 gateways', 'each probe needs a lease', 'failed; no calls for']
    expect(shared).toMatch(new RegExp([...story, 'RECOVERED', 'fleet: the probes succeeded', 'END'].join('[^]*')))
  })

  test('fits 80 columns', () => {
    const lines = run.stdout.split('\n').filter((line) => !line.includes('stderr:')) // which a slow machine may cause
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })
})

test('more probes in flight than allowed make the whole run a failure', () => {
  const outage: Outage = { failed: 50, probes: 3, mostProbes: 3, opening: 1_200, closing: 2_000 }
  const conclude = (limit: number) => concludeFleet(outage, outage, { gateways: 4, limit })
  expect(conclude(3).failure).toBeUndefined()
  expect(conclude(2).failure).toBe('the fleet had 3 probes in flight, but 2 are allowed')
})

test(
  'without redis-server --redis says so in one line, with what to do, and leaves no process',
  async () => {
    const nothing = await mkdtemp(join(tmpdir(), 'cb-demo-path-'))
    onTestFinished(() => rm(nothing, { recursive: true }))
    const run = new DemoRun(['--fleet', '2', '--redis', '--once', '--port', '0'], { PATH: nothing })
    expect(await run.ended).toBe(1)
    expect(run.stderr).toBe(
      'demo: redis-server is not installed (on Debian and Ubuntu: apt-get install --no-install-recommends redis-server); ' +
        'without --redis it is not needed\n',
    )
  },
  patience,
)

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends a fleet and leaves no process',
  async (signal) => {
    const run = new DemoRun(['--fleet', '2', '--once', '--port', '0'])
    await run.printed('FAULT')
    run.kill(signal)
    expect(await run.ended).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal])
    await run.allGone()
  },
  patience,
)

describe.skipIf(!hasRedis)('with Redis', () => {
  test(
    'the gateways share their breakers, and the server ends if the demo is killed',
    async () => {
      const run = new DemoRun(['--fleet', '2', '--redis', '--once', '--port', '0'])
      await run.printed('fleet: the probes succeeded')
      const [, port] = /^ {2}redis +redis:\/\/127\.0\.0\.1:(\d+)/m.exec(run.stdout) ?? []
      expect(await listens(Number(port))).toBe(true)
      run.kill('SIGKILL')
      await run.allGone()
      await until(async () => !(await listens(Number(port))), patience)
    },
    2 * patience,
  )
})

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket()
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.connect(port, '127.0.0.1', () => socket.destroy())
  })
}
