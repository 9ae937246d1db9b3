import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '@cb/test-kit'
import { expect, onTestFinished, test } from 'vitest'
import { DemoRun, patience } from './demo-run.ts'

test('--help says what it does in six lines', async () => {
  const run = new DemoRun(['--help'])
  expect(await run.ended).toBe(0)
  expect(run.stdout.trimEnd().split('\n')).toHaveLength(6)
  expect(run.stdout).toContain('--port N')
})

test.each([
  [['--fast'], "Unknown option '--fast'"],
  [['now'], "Unexpected argument 'now'"],
  [['--port', 'http'], '--port must be an integer from 0 to 65535, got "http"'],
  [['--port', '65536'], '--port must be an integer from 0 to 65535, got "65536"'],
])('%j is a usage error', async (args, message) => {
  const run = new DemoRun(args)
  expect(await run.ended).toBe(2)
  expect(run.stderr).toContain(message)
  expect(run.stdout).toBe('')
})

test(
  'a port that was asked for and is taken is one clear line',
  async () => {
    const { port, close } = await listen(() => {})
    const run = new DemoRun(['--port', String(port)])
    expect(await run.ended).toBe(1)
    expect(run.stderr).toBe(`demo: port ${port} of 127.0.0.1 is taken; choose another one with --port\n`)
    await close()
  },
  patience,
)

test(
  'when the default port is taken it takes a free one and says so; Ctrl-C in the middle leaves nothing behind',
  async () => {
    const occupant = createServer().listen(3_000, '127.0.0.1')
    await new Promise((resolve) => occupant.once('listening', resolve).once('error', resolve)) // or it is taken already
    const run = new DemoRun(['--once'])
    await run.printed('START')
    expect(run.stdout).toMatch(/^ {2}gateway +http:\/\/127\.0\.0\.1:(?!3000\b)\d+ .*pid/m)
    expect(run.stdout).toContain('Port 3000 is taken')
    run.kill('SIGINT')
    expect(await run.ended).toBe(130)
    await run.allGone()
    occupant.close()
  },
  patience,
)

test(
  'SIGTERM while a collector hangs: still ends, and leaves nothing behind',
  async () => {
    const { origin, close } = await listen(() => {})
    const run = new DemoRun(['--once', '--port', '0'], { OTEL_EXPORTER_OTLP_ENDPOINT: origin })
    await run.printed('Times')
    run.kill('SIGTERM')
    expect(await run.ended).toBe(143)
    await run.allGone()
    await close()
  },
  patience,
)

test(
  'when a service dies everything ends, with its name and the reason',
  async () => {
    const run = new DemoRun(['--once', '--port', '0'])
    await run.printed('Times')
    const { order } = run.pids as { order: number }
    process.kill(order, 'SIGKILL')
    expect(await run.ended).toBe(1)
    expect(run.stderr).toBe(`demo: the order process (pid ${order}) ended by itself: SIGKILL\n`)
    await run.allGone()
  },
  patience,
)

test(
  'when the demo itself is killed its processes end on their own',
  async () => {
    const run = new DemoRun(['--once', '--port', '0'])
    await run.printed('Times')
    run.kill('SIGKILL')
    expect(await run.ended).toBe('SIGKILL')
    await run.allGone()
  },
  patience,
)

test(
  'when the demo is killed its Prometheus ends as well',
  async () => {
    const run = new DemoRun(['--telemetry', '--once', '--port', '0'])
    await run.printed('Times')
    const [, prometheus = ''] = /^ {2}prometheus +(http\S+)/m.exec(run.stdout) ?? []
    expect((await fetch(`${prometheus}/-/ready`)).status).toBe(200)
    run.kill('SIGKILL')
    await run.allGone()
    await expect(fetch(`${prometheus}/-/ready`)).rejects.toThrow('fetch failed')
  },
  patience,
)

test(
  'when Prometheus dies everything ends, with the reason',
  async () => {
    const run = new DemoRun(['--telemetry', '--once', '--port', '0'])
    await run.printed('Times')
    const { prometheus } = run.pids as { prometheus: number }
    process.kill(prometheus, 'SIGTERM')
    expect(await run.ended).toBe(1)
    expect(run.stderr).toBe('demo: the prometheus process ended by itself: exit code 143\n')
    await run.allGone()
  },
  patience,
)

test(
  'where Prometheus is not installed --telemetry says how to get it, and goes on without',
  async () => {
    const nothing = await mkdtemp(join(tmpdir(), 'cb-demo-path-'))
    onTestFinished(() => rm(nothing, { recursive: true }))
    const run = new DemoRun(['--telemetry', '--once', '--port', '0'], { PATH: nothing })
    await run.printed('START')
    expect(run.stdout).toContain('apt-get install --no-install-recommends prometheus\n')
    expect(Object.keys(run.pids)).toEqual(['gateway', 'user', 'order', 'payment', 'otlp'])
    run.kill('SIGINT')
    expect(await run.ended).toBe(130)
    expect(run.stderr).toBe('')
    await run.allGone()
  },
  patience,
)
