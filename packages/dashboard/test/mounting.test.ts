import 'reflect-metadata'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { CircuitBreakerRegistry } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { Module } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type express5 from 'express'
import fastify from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { act, ask, Reader } from './client.ts'

const require = createRequire(import.meta.url)

type Served = Pick<Listening, 'port' | 'close'>
type Mount = (page: Dashboard) => Promise<Served>

const withExpress = (name: string): Mount => {
  const express: typeof express5 = require(name)
  return (page) => {
    const app = express()
    app.use(express.json(), (_request, response, next) => {
      response.setHeader('Access-Control-Allow-Origin', '*')
      next()
    })
    app.use('/breakers', page)
    return listen(app)
  }
}

function withNest(adapter: () => AbstractHttpAdapter): Mount {
  return async (page) => {
    class AppModule {}
    Module({})(AppModule)
    const app = await NestFactory.create(AppModule, adapter(), { logger: false, forceCloseConnections: true })
    app.setGlobalPrefix('api')
    app.use('/breakers', page)
    await app.listen(0, '127.0.0.1')
    return { port: Number(new URL(await app.getUrl()).port), close: () => app.close() }
  }
}

const mounts: [string, Mount][] = [
  [
    'node:http',
    (page) =>
      listen((request, response) => {
        if (request.url?.startsWith('/breakers/')) page(request, response)
        else response.writeHead(302, { Location: '/breakers/' }).end()
      }),
  ],
  ['Express 4', withExpress('express4')],
  ['Express 5', withExpress('express')],
  [
    'Fastify',
    async (page) => {
      const app = fastify({ forceCloseConnections: true })
      app.register(async (scope) => {
        scope.removeAllContentTypeParsers() // the page reads the bodies itself
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
        scope.all('/breakers', (_request, reply) => reply.redirect('breakers/'))
        scope.all('/breakers/*', (request, reply) => {
          reply.hijack()
          page(request.raw, reply.raw)
        })
      })
      await app.listen({ port: 0, host: '127.0.0.1' })
      const { port } = app.server.address() as AddressInfo
      return { port, close: () => app.close() }
    },
  ],
  ['NestJS on Express', withNest(() => new ExpressAdapter())],
  ['NestJS on Fastify', withNest(() => new FastifyAdapter({ forceCloseConnections: true }))],
]

describe.each(mounts)('with %s', (_name, mount) => {
  let page: Dashboard
  let server: Listening
  let closed: () => Promise<void>
  const registry = new CircuitBreakerRegistry()
  registry.get('payments')

  async function serve() {
    page = dashboard({ registry, authorize: () => 'ada' })
    const { port, close } = await mount(page)
    closed = close
    server = { port, origin: `http://127.0.0.1:${port}`, close }
  }
  afterEach(async () => {
    page.close()
    await closed()
  })

  test('the page, its files, its stream and its actions work below the mount, and nothing else', async () => {
    await serve()
    const index = await ask(server, 'GET', '/breakers/')
    expect(index.status).toBe(200)
    const [, script] = /src="\.(\/[^"]+)"/.exec(index.text) as unknown as [string, string]
    expect((await ask(server, 'GET', `/breakers${script}`)).headers['content-type']).toMatch(/javascript/)
    const reader = await Reader.open(server, '/breakers/stream')
    expect((await reader.snapshot()).heads[0]?.[1]).toBe('payments')
    const body = { action: 'force-open', breaker: 'payments', note: 'deploy' }
    expect((await act(server, '/breakers/act', body)).json).toEqual({ state: 'open' })
    expect((await reader.delta()).heads[0]?.[2]).toBe(1)
    reader.close()
    registry.get('payments').reset()
    expect((await ask(server, 'GET', '/breakers/nothing')).status).toBe(404)
    expect((await ask(server, 'GET', '/stream')).headers['content-type']).not.toBe('text/event-stream')
  })

  test('the page without its last slash leads to the one with it, by a relative URL', async () => {
    await serve()
    const { origin } = server
    for (const path of ['/breakers', '/breakers?x=1']) {
      const first = await ask(server, 'GET', path)
      const location = first.headers.location as string
      expect(new URL(location, `${origin}${path}`).pathname).toBe('/breakers/')
    }
  })
})

test('authorize may read what Express adds to a request', async () => {
  const page = dashboard({
    registry: new CircuitBreakerRegistry(),
    authorize: (request: express5.Request) => request.get('x-operator') ?? request.query['operator']?.toString(),
  })
  const server = await withExpress('express')(page)
  const status = async (path: string, headers = {}) =>
    (await ask({ ...server, origin: '' }, 'GET', path, { headers })).status
  expect(await status('/breakers/')).toBe(403)
  expect(await status('/breakers/', { 'X-Operator': 'ada' })).toBe(200)
  expect(await status('/breakers/?operator=ada')).toBe(200)
  page.close()
  await server.close()
})
