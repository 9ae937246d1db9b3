/** Runs the installed redis-server as a process of the demo, without a file. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { type Program, runChild } from './child.ts'
import { closeServer, listenOn } from './listening.ts'

await runChild(async (): Promise<Program> => {
  const finder = createServer()
  const port = await listenOn(finder, 0)
  await closeServer(finder)
  const redis = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    { detached: true, stdio: ['ignore', 'pipe', 'ignore'] }, // otherwise Ctrl-C would reach it
  )
  process.once('exit', () => redis.kill('SIGKILL')) // it keeps nothing
  let stopping = false
  const stop = async () => {
    stopping = true
    if (redis.exitCode === null && redis.kill('SIGKILL')) await once(redis, 'exit')
  }
  await new Promise<void>((resolve, reject) => {
    let lastLine = ''
    redis.once('error', reject)
    redis.once('exit', () => reject(new Error(`redis-server did not start: ${lastLine}`)))
    createInterface(redis.stdout).on('line', (line) => {
      lastLine = line
      if (/ready to accept connections/i.test(line)) resolve()
    })
  })
  redis.once('exit', () => stopping || process.exit(1))
  return { ready: { origin: `redis://127.0.0.1:${port}` }, stop }
})
