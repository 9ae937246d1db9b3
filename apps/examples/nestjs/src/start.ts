import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module'

/** Starts a service that fails, and the app that needs it, and shows what callers see. */
async function start() {
  let requests = 0
  const payments = createServer((_request, response) => {
    requests++
    response.writeHead(500).end()
  }).listen(0, '127.0.0.1')
  await once(payments, 'listening')
  process.env['PAYMENTS_URL'] = `http://127.0.0.1:${(payments.address() as AddressInfo).port}`

  const app = await NestFactory.create(AppModule, { logger: false })
  await app.listen(0, '127.0.0.1')
  const origin = await app.getUrl()

  async function print(path: string) {
    const { status, headers } = await fetch(origin + path)
    console.log(`GET ${path}: ${status}${headers.has('retry-after') ? ' with Retry-After' : ''}`)
  }

  await print('/health/ready')
  for (const path of ['/payments/7', '/reports']) {
    await print(path)
    for (let n = 0; n < 9; n++) await fetch(origin + path)
    await print(path)
  }
  await print('/health/ready')
  console.log(`${requests} requests were sent to payments`)

  await app.close()
  payments.close()
}
void start()
