import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listen } from '@cb/test-kit'
import { expect, onTestFinished, test } from 'vitest'
import { DemoRun, patience } from './demo-run.ts'

test('--help prints the usage in eight lines', async () => {
  const run = new DemoRun(['--help'])
  expect(await run.ended).toBe(0)
  expect(run.stdout.trimEnd().split('\n')).toHaveLength(8)
  expect(run.stdout).toContain('--port N')
})

test.each([
  [['--fast'], "Unknown option '--fast'"],
  [['now'], "Unexpected argument 'now'"],
  [['--port', 'http'], '--port must be an integer from 0 to 65535, got "http"'],
  [['--fleet', '1'], '--fleet must be an integer from 2 to 8, got "1"'],
  [['--redis'], '--redis needs --fleet'],
  [['--fleet', '4', '--telemetry'], '--telemetry and --fleet exclude each other'],
  [['--port', '65536'], '--port must be an integer from 0 to 65535, got "65536"'],
])('%j is a usage error', async (args, message) => {
  const run = new DemoRun(args)
  expect(await run.ended).toBe(2)
  expect(run.stderr).toContain(message)
  expect(run.stdout).toBe('')
})

test(
  'a --port that is taken ends the demo with one clear line',
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
  'if the default port is taken the demo uses a free one and prints that; Ctrl-C during the scenario leaves no process',
  async () => {
    const occupant = createServer().listen(3_000, '127.0.0.1')
    await new Promise((resolve) => occupant.once('listening', resolve).once('error', resolve)) // an error means that it is already taken
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
  'SIGTERM ends the demo even if a collector hangs, and leaves no process',
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
  'if a service is killed the demo ends, with the name of the service and the signal',
  async () => {
    const run = new DemoRun(['--once', '--port', '0'])
    await run.printed('Times')
    const { order } = run.pids as { order: number }
    process.kill(order, 'SIGKILL')
    expect(await run.ended).toBe(1)
    expect(run.stderr).toBe(`demo: the order process (pid ${order}) ended unexpectedly: SIGKILL\n`)
    await run.allGone()
  },
  patience,
)

test(
  'if the demo is killed its processes end',
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
  'if the demo is killed its Prometheus ends',
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
  'if the terminal of the demo is closed, its Prometheus ends and leaves no folder',
  async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'cb-demo-terminal-'))
    onTestFinished(() => rm(temporary, { recursive: true }))
    const run = new DemoRun(['--telemetry', '--once', '--port', '0'], { TMPDIR: temporary })
    await run.printed('Times')
    const [, prometheus = ''] = /^ {2}prometheus +(http\S+)/m.exec(run.stdout) ?? []
    expect(await readdir(temporary)).toHaveLength(1)
    for (const pid of Object.values(run.pids)) process.kill(pid, 'SIGHUP') // which the terminal sends to all
    expect(await run.ended).toBe(129)
    await run.allGone()
    await expect(fetch(`${prometheus}/-/ready`)).rejects.toThrow('fetch failed')
    expect(await readdir(temporary)).toEqual([])
  },
  patience,
)

test(
  'if Prometheus ends the demo ends, with the exit code of Prometheus',
  async () => {
    const run = new DemoRun(['--telemetry', '--once', '--port', '0'])
    await run.printed('Times')
    const { prometheus } = run.pids as { prometheus: number }
    process.kill(prometheus, 'SIGTERM')
    expect(await run.ended).toBe(1)
    expect(run.stderr).toBe('demo: the prometheus process ended unexpectedly: exit code 143\n')
    await run.allGone()
  },
  patience,
)

test(
  'if Prometheus is not installed --telemetry prints how to install it, and continues without',
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
