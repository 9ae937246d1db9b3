import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { INestApplication } from '@nestjs/common'
import { Test } from '@nestjs/testing'
import { AppModule } from './app.module'
import { PaymentsOptions } from './payments.service'

describe('the app', () => {
  let payments: Server
  let status: number
  let app: INestApplication
  let origin: string

  beforeEach(async () => {
    status = 200
    payments = createServer((_request, response) => response.writeHead(status).end('{"paid":true}'))
    await once(payments.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(payments.address() as AddressInfo).port}`
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(PaymentsOptions)
      .useValue({ url })
      .compile()
    app = module.createNestApplication({ logger: false })
    await app.listen(0, '127.0.0.1')
    origin = await app.getUrl()
  })

  afterEach(async () => {
    await app.close()
    payments.close()
    payments.closeAllConnections()
  })

  const get = (path: string) => fetch(origin + path)

  it('passes on what the service answers, and is ready', async () => {
    expect(await (await get('/payments/7')).json()).toEqual({ paid: true })
    expect((await get('/health/ready')).status).toBe(200)
  })

  it('responds with 503 and problem details while the circuit is open, and is not ready', async () => {
    status = 500
    for (let n = 0; n < 10; n++) expect((await get('/payments/7')).status).toBe(500)
    const { status: rejected, headers } = await get('/payments/7')
    expect([rejected, headers.get('content-type')]).toEqual([503, 'application/problem+json'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    const ready = await get('/health/ready')
    expect(ready.status).toBe(503)
    expect((await ready.json()).error).toEqual({ payments: { status: 'down', state: 'open' } })
  })

  it('rejects the requests of a handler that fails, and of no other', async () => {
    for (let n = 0; n < 10; n++) expect((await get('/reports')).status).toBe(500)
    expect((await get('/reports')).status).toBe(503)
    expect((await get('/payments/7')).status).toBe(200)
  })
})

it('prints what its README says', () => {
  const folder = join(__dirname, '..')
  const [, promised] = /```text\n(.*?)```/s.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? []
  expect(execFileSync(process.execPath, [join(folder, 'dist', 'start')], { encoding: 'utf8' })).toBe(promised)
})
