import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { CircuitBreakerRegistry } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import express from 'express'
import { afterEach, expect, test } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { openPage, useBrowser } from './browser.ts'
import { settle } from './opened.ts'

useBrowser()

const folders = [...(process.env['PATH']?.split(delimiter) ?? []), '/usr/sbin']
const nginx = folders.map((folder) => join(folder, 'nginx')).find((path) => existsSync(path))
if (nginx === undefined) {
  const missing = 'nginx is missing: apt-get install -y --no-install-recommends nginx'
  if (process.env['CI']) throw new Error(missing)
  console.warn(missing)
}

let handler: Dashboard | undefined
let server: Listening | undefined
const ends: (() => void)[] = []
afterEach(async () => {
  handler?.close()
  for (const end of ends.splice(0)) end()
  await server?.close()
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Starts nginx as Debian configures it, but for the one location. */
async function startNginx(program: string, location: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  const port = await freePort()
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((it) => `${it}_temp_path ${folder}/${it};`)
  const config = `
    pid ${folder}/pid; error_log ${folder}/error.log; daemon off; worker_processes 1;
    events { worker_connections 768; }
    http {
      access_log off; gzip on; sendfile on; tcp_nopush on; ${paths.join(' ')}
      server { listen 127.0.0.1:${port}; ${location} }
    }`
  writeFileSync(join(folder, 'nginx.conf'), config)
  execFileSync(program, ['-t', '-q', '-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`], { stdio: 'pipe' })
  const child = spawn(program, ['-e', `${folder}/error.log`, '-c', `${folder}/nginx.conf`])
  ends.push(() => {
    child.kill()
    child.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  })
  const origin = `http://127.0.0.1:${port}`
  for (;;) {
    if (await fetch(origin).catch(() => undefined)) return origin
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test.skipIf(nginx === undefined).each([
  ['that is kept', '/ops/breakers', 'location /ops/ { proxy_pass $app; }'],
  ['that is cut off', '/ops/team/breakers', 'location /ops/team/ { proxy_pass $app/ops/; }'],
])('behind nginx with its default settings, the page works under a prefix %s', async (_what, path, location) => {
  const registry = new CircuitBreakerRegistry()
  const payments = registry.get('payments')
  handler = dashboard({ registry, authorize: () => 'ada' })
  server = await listen(express().use('/ops/breakers', handler))
  const origin = await startNginx(nginx as string, location.replace('$app', server.origin))

  // Without the last slash: the page finds its own.
  const { page, problems, requests } = await openPage(`${origin}${path}`)
  await page.getByRole('row', { name: /^payments closed/ }).waitFor()
  expect(page.url()).toBe(`${origin}${path}/`)
  settle(payments, 0, 10)
  await page.getByText('opened because 10 calls in a row failed (threshold 10)').first().waitFor()
  await page.getByRole('heading', { name: 'payments' }).getByRole('link').click()
  await page.getByRole('button', { name: 'Reset…' }).click()
  await page.getByLabel(/^Why/).fill('behind a proxy')
  await page.keyboard.press('Enter')
  await page.getByRole('cell', { name: 'Note: behind a proxy (by ada)' }).waitFor()
  expect(problems).toEqual([])
  expect(requests.filter((url) => !url.startsWith(`${origin}${path}`))).toEqual([])
})
