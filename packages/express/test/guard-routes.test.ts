import { Agent, get } from 'node:http'
import { CircuitBreakerRegistry } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { type Guard, guard } from '../src/index.ts'
import { quietApp, versions } from './versions.ts'
import { settledOf } from './wire.ts'

let server: Listening
afterEach(() => server.close())

const newest = versions.filter((_, index) => index % 2 === 1) // ten thousand requests take long

describe.each(newest)('a breaker for each route on $name', ({ express }) => {
  test('a scanner that requests 10 000 paths creates no breakers', { timeout: 60_000 }, async () => {
    const registry = new CircuitBreakerRegistry()
    const guarded = (name: string): Guard => guard({ breaker: registry.get(name) })
    const ok: RequestHandler = (_req, res) => void res.sendStatus(200)
    const app = quietApp(express)
    const users = express.Router()
    app.get('/reports/:id', guarded('GET /reports/:id'), ok)
    app.use('/tenants/:tenant', users)
    users.get('/users/:id', guarded('GET /tenants/:tenant/users/:id'), ok)
    server = await listen(app)
    const paths = Array.from({ length: 2_000 }, (_, n) => [
      `/reports/${n}`,
      `/REPORTS/${n}?${n}`,
      `/tenants/${n}/users/${n}`,
      `/${n}/wp-login.php`,
      `/tenants/${n}`,
    ]).flat()
    const agent = new Agent({ keepAlive: true, maxSockets: 25 })
    const visit = (path: string) =>
      new Promise((resolve, reject) => {
        get(server.origin + path, { agent }, (res) => res.resume().on('end', resolve)).on('error', reject)
      })
    while (paths.length > 0) await Promise.all(paths.splice(0, 100).map(visit))
    agent.destroy()
    const names = ['GET /reports/:id', 'GET /tenants/:tenant/users/:id']
    expect(registry.snapshot().map(({ name }) => name)).toEqual(names)
    expect(await settledOf(registry.get(names[0] as string), 4_000)).toMatchObject({ success: 4_000, ignored: 0 })
    expect(await settledOf(registry.get(names[1] as string), 2_000)).toMatchObject({ success: 2_000, ignored: 0 })
  })
})
