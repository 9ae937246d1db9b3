import { CircuitBreaker } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { admin } from '../src/index.ts'
import { type Answer, ask } from './client.ts'
import { quietApp, versions } from './versions.ts'

let server: Listening
afterEach(() => server.close())

const content = { headers: { 'Content-Type': 'application/json' }, body: '{"note":"deploy"}' }

/** Every kind that Express has, and a parser of the app's own. */
const parsers = [
  ['simple', 'simple'],
  ['extended', 'extended'],
  ['no', false],
  ['a', () => ({ name: 'GET /reports/:id' })],
] as const

describe.each(versions)('the query of admin on $name', ({ express }) => {
  async function serve(names: readonly string[], parser: unknown = 'extended'): Promise<CircuitBreaker[]> {
    const breakers = names.map((name) => new CircuitBreaker({ name }))
    const app = quietApp(express)
    app.set('query parser', parser)
    app.use('/admin', admin({ breakers, authorize: () => 'ada' }))
    server = await listen(app)
    return breakers
  }

  const force = (query: string): Promise<Answer> => ask(server, 'POST', `/admin/force-open?${query}`, content)
  const detailOf = ({ json }: Answer): unknown => (json as { detail?: unknown }).detail

  test.each(parsers)('finds the exact name or nothing, with %s query parser of the app', async (_which, parser) => {
    const [route] = await serve(['GET /reports/:id'], parser)
    for (const query of [
      'name=GET%20/reports/:id?',
      'name=GET%20/reports/:id%3F',
      'name=GET%20/reports/:id?name=',
      'name=GET%20/reports/:id#',
      'name=GET%20/reports/:id+',
      'name=get%20/reports/:id',
      'name=GET%2520/reports/:id',
    ]) {
      expect([query, (await force(query)).status]).toEqual([query, 404])
    }
    expect(route?.snapshot().lastTransition).toBeNull()
    expect((await force('name=GET+/reports/%3aid')).status).toBe(200)
    expect(route?.state).toBe('open')
  })

  test('a name with question marks is found as it is, and none of those that it begins with', async () => {
    const names = ['a', 'a?', 'a?b', 'a?b?']
    const breakers = await serve(names)
    expect((await force('name=a?b')).json).toMatchObject({ name: 'a?b', state: 'open' })
    expect((await force('name=a%3Fb?')).json).toMatchObject({ name: 'a?b?', state: 'open' })
    expect(breakers.map(({ state }) => state)).toEqual(['closed', 'closed', 'open', 'open'])
  })

  test.each(parsers)(
    'a name that is given twice is no name, with %s query parser of the app',
    async (_which, parser) => {
      const breakers = await serve(['a', 'b', 'a,b'], parser)
      for (const query of ['name=a&name=b', 'name=a&name=a', 'name=a&n%61me=b', 'name=&name=a']) {
        const answer = await force(query)
        expect([answer.status, detailOf(answer)]).toEqual([400, 'name must be given once in the query'])
      }
      expect(breakers.every(({ state }) => state === 'closed')).toBe(true)
    },
  )

  test.each(parsers)(
    'arrays and objects are unknown options, with %s query parser of the app',
    async (_which, parser) => {
      const breakers = await serve(['a', 'b'], parser)
      for (const key of [
        'name[]',
        'name[0]',
        'name[name]',
        'name%5B%5D',
        '__proto__[name]',
        '__proto__',
        'constructor',
      ]) {
        const answer = await force(`${key}=a`)
        expect([answer.status, detailOf(answer)]).toEqual([400, expect.stringContaining('unknown option "')])
        expect((await force(`name=a&${key}=b`)).status).toBe(400)
      }
      expect(breakers.every(({ state }) => state === 'closed')).toBe(true)
    },
  )

  test('invalid percent-encoding is rejected, also where its replacement is the name of a breaker', async () => {
    const breakers = await serve(['\ufffd', '100%', '%zz', 'a'])
    for (const name of ['%ff', '%ED%A0%80', '100%', '%zz', '%u0061', '%C0%80', 'a%']) {
      const answer = await force(`name=${name}`)
      expect([answer.status, detailOf(answer)]).toEqual([
        400,
        `the query is not valid percent-encoded UTF-8, got "name=${name}"`,
      ])
    }
    expect(breakers.every(({ state }) => state === 'closed')).toBe(true)
    expect((await force('name=%EF%BF%BD')).json).toMatchObject({ name: '\ufffd', state: 'open' })
    expect((await force('name=100%25')).json).toMatchObject({ name: '100%', state: 'open' })
  })

  test('the built package rejects it too: no bundler has dropped the check', async () => {
    const { admin: built } = await import('@cb/express')
    const breaker = new CircuitBreaker({ name: '100%' })
    server = await listen(quietApp(express).use('/admin', built({ breakers: [breaker], authorize: () => 'ada' })))
    expect((await force('name=100%')).status).toBe(400)
    expect(breaker.state).toBe('closed')
  })

  test('the list and one breaker have the same rules', async () => {
    await serve(['a'])
    const status = async (path: string) => (await ask(server, 'GET', `/admin${path}`)).status
    expect(await status('/one?name=a')).toBe(200)
    expect(await status('/one?name=a?')).toBe(404)
    expect(await status('/one?name=a&name=a')).toBe(400)
    expect(await status('/?state=open')).toBe(200)
    expect(await status('/?state=open?')).toBe(400)
    expect(await status('/?limit=1&limit=2')).toBe(400)
    expect(await status('/?state=%ff')).toBe(400)
  })
})
