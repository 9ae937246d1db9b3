import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

let folder: string
let file: string
let payments: Listening
let status: number

beforeEach(async () => {
  status = 500
  folder = await mkdtemp(join(tmpdir(), 'serverless-'))
  file = join(folder, 'breaker.json')
  payments = await listen((_req, res) => res.writeHead(status).end())
  vi.stubEnv('STATE_FILE', file)
  vi.stubEnv('PAYMENTS_URL', payments.origin)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await payments.close()
  await rm(folder, { recursive: true })
})

/** The handler of a process that has just started. */
async function coldStart(): Promise<(event: { amount: number }) => Promise<{ statusCode: number; headers?: object }>> {
  vi.resetModules()
  return (await import('../src/handler.js')).handler
}

test('a cold start goes on with the failures of the last one, and says when to come back', async () => {
  for (let n = 0; n < 3; n++) expect(await (await coldStart())({ amount: 1 })).toEqual({ statusCode: 502 })
  const { statusCode, headers } = await (await coldStart())({ amount: 1 })
  expect([statusCode, headers]).toEqual([503, { 'retry-after': expect.any(Number) }])
})

test.each(['', 'not JSON', '5', '{"name":"payments"}', '{"name":"another","version":1}'])(
  'a saved state that is %j does not stop the function, and is replaced',
  async (text) => {
    status = 201
    await writeFile(file, text)
    vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(await (await coldStart())({ amount: 1 })).toEqual({ statusCode: 201 })
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ name: 'payments' })
  },
)
