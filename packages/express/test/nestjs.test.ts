import 'reflect-metadata'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CircuitBreaker, CircuitOpenError } from '@cb/core'
import { errorHandler, guard, health } from '@cb/express'
import {
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  type INestApplication,
  Module,
  NotFoundException,
  type Type,
} from '@nestjs/common'
import { APP_FILTER, NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import ts from 'typescript'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { settledOf } from './wire.ts'

const folder = new URL('../reports/nestjs/', import.meta.url)
const file = fileURLToPath(new URL('circuit-open.filter.ts', folder))
const open = new CircuitOpenError('payments', 'open', 2_001)

let Filter: Type<ExceptionFilter>
let app: INestApplication | undefined

/** The filter of the README, compiled as Nest compiles. It imports the build, and so does this test. */
beforeAll(async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, code = ''] = /```ts\n(.*?)```/s.exec(readme) ?? []
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, code)
  const options: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    types: ['node'],
  }
  const program = ts.createProgram([file], options)
  program.emit()
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)
  expect(problems).toEqual([])
  Filter = (await import(file.replace(/ts$/, 'js'))).CircuitOpenFilter
})

afterEach(async () => {
  await app?.close()
  app = undefined
})

/** Starts an app whose only route fails with `error`; returns its URL. */
async function serve(error: unknown, prepare: (app: NestExpressApplication) => void, providers: unknown[] = []) {
  class Routes {
    async charge(): Promise<never> {
      throw error
    }
  }
  Get('charge')(Routes.prototype, 'charge', Object.getOwnPropertyDescriptor(Routes.prototype, 'charge') as never)
  Controller()(Routes)
  class AppModule {}
  Module({ controllers: [Routes], providers: providers as [] })(AppModule)
  const nest = await NestFactory.create<NestExpressApplication>(AppModule, { logger: false })
  app = nest
  prepare(nest)
  await nest.listen(0, '127.0.0.1')
  return `${await nest.getUrl()}/charge`
}

const registrations: [string, (error: unknown) => Promise<string>][] = [
  ['as a provider', (error) => serve(error, () => {}, [{ provide: APP_FILTER, useClass: Filter }])],
  ['in the app', (error) => serve(error, (nest) => nest.useGlobalFilters(new Filter(nest.getHttpAdapter())))],
]

test('app.use(errorHandler()) alone leaves a rejected call a 500, because Nest responds first', async () => {
  const response = await fetch(await serve(open, (nest) => nest.use(errorHandler())))
  expect(response.status).toBe(500)
})

test.each(registrations)(
  'the filter of the README, registered %s, makes a rejected call 503',
  async (_where, start) => {
    const response = await fetch(await start(open))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3'])
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'Something that this request needs is temporarily not available.',
      retryAfter: 3,
    })
  },
)

test.each(registrations)(
  'with the filter %s, an error with a rejection as its cause becomes 503',
  async (_where, start) => {
    const response = await fetch(await start(new HttpException('no charge', 502, { cause: open })))
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3'])
  },
)

test.each(registrations)('with the filter %s, Nest responds to any other error as before', async (_where, start) => {
  const notFound = await fetch(await start(new NotFoundException('no such charge')))
  expect([notFound.status, await notFound.json()]).toEqual([
    404,
    { statusCode: 404, message: 'no such charge', error: 'Not Found' },
  ])
  await app?.close()
  const broken = await fetch(await start(new Error('broken')))
  expect([broken.status, await broken.json()]).toEqual([500, { statusCode: 500, message: 'Internal server error' }])
})

test('guard and health work with app.use, and the guard ignores the 503 of the filter', async () => {
  const breakers = [new CircuitBreaker({ name: 'charges' })] as const
  const [breaker] = breakers
  const prepare = (nest: NestExpressApplication) => {
    nest.use('/health', health({ breakers, critical: ['charges'] }))
    nest.use('/charge', guard({ breaker }))
    nest.useGlobalFilters(new Filter(nest.getHttpAdapter()))
  }
  const url = await serve(open, prepare)
  expect((await fetch(url)).status).toBe(503)
  expect(await settledOf(breaker, 1)).toMatchObject({ failure: 0, ignored: 1 })
  breaker.forceOpen()
  expect((await fetch(url.replace('charge', 'health/ready'))).status).toBe(503)
  expect(await (await fetch(url)).json()).toMatchObject({ status: 503 })
  await app?.close()
  breaker.reset()
  expect((await fetch(await serve(new Error('broken'), prepare))).status).toBe(500)
  expect(await settledOf(breaker, 3)).toMatchObject({ failure: 1 })
})
