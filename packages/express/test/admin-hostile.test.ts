import { CircuitBreaker, CircuitBreakerRegistry, consecutiveFailures, type TripPolicy } from '@cb/core'
import { type Listening, listen, until } from '@cb/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { admin } from '../src/index.ts'
import { type Answer, ask } from './client.ts'
import { quietApp, versions } from './versions.ts'
import { sendRaw } from './wire.ts'

let server: Listening
afterEach(() => server.close())

const headers = { 'Content-Type': 'application/json' }

describe.each(versions)('hostile input to admin on $name', ({ express }) => {
  let asked = 0
  async function serve(breakers: Iterable<CircuitBreaker>, parsed = false): Promise<void> {
    const app = quietApp(express)
    if (parsed) app.use(express.json())
    asked = 0
    app.use('/admin', admin({ registry: breakers, authorize: () => `ada ${++asked}` }))
    server = await listen(app)
  }

  const act = (name: string, body: string | Buffer): Promise<Answer> =>
    ask(server, 'POST', `/admin/force-open?name=${encodeURIComponent(name)}`, { headers, body })

  test.each([
    ['an origin', 'https://api.example.com:8443'],
    ['a path', '../../etc/passwd'],
    ['dots', '..'],
    ['an invalid URL', '%zz?&name=x#'],
    ['letters of other scripts', 'Zahlungen für 日本 👩‍💻'],
    ['control characters', 'a\u0000b\r\nc\u001b[2J\u009b\u2028'],
    ['characters that change the direction of text', 'a\u202eb'],
    ['markup', '</script><img src=x onerror=alert(1)>&amp;'],
    ["a prototype's key", '__proto__'],
    ['1 kB', 'n'.repeat(1_000)],
  ])('a name of %s is listed, found and acted on, and its output is escaped', async (_what, name) => {
    const registry = new CircuitBreakerRegistry()
    registry.get('other')
    registry.get(name)
    await serve(registry)
    const query = `?name=${encodeURIComponent(name)}`
    const [list, one] = [await ask(server, 'GET', '/admin/'), await ask(server, 'GET', `/admin/one${query}`)]
    expect((list.json as { breakers: { name: string }[] }).breakers.map((listed) => listed.name)).toContain(name)
    expect(one.json).toMatchObject({ name })
    expect(await act(name, '{"note":"deploy"}')).toMatchObject({ status: 200, json: { name, state: 'open' } })
    expect(registry.get(name).state).toBe('open')
    expect(registry.get('other').state).toBe('closed')
    for (const { text } of [list, one]) expect(text).not.toMatch(/[<>&\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
  })

  test('a request for an unknown name creates no breaker', async () => {
    const registry = new CircuitBreakerRegistry()
    await serve(registry)
    for (let n = 0; n < 50; n++) expect((await act(`name-${n}`, '{"note":"x"}')).status).toBe(404)
    for (const query of ['', '?name=', '?name=a%00']) {
      expect((await ask(server, 'GET', `/admin/one${query}`)).status).toBe(404)
    }
    expect(registry.size).toBe(0)
  })

  test('an action on a name that two breakers share is rejected', async () => {
    const twins = [new CircuitBreaker({ name: 'twin' }), new CircuitBreaker({ name: 'twin' })]
    await serve(twins)
    expect((await act('twin', '{"note":"x"}')).status).toBe(409)
    expect(twins.map(({ state }) => state)).toEqual(['closed', 'closed'])
  })

  describe.each([false, true])('with express.json before: %s', (parsed) => {
    test.each([
      ['invalid JSON', '{', 400, parsed ? undefined : 'The body is not valid JSON.'],
      ['text', '"deploy"', 400, parsed ? undefined : 'the body must be an object, got "deploy"'],
      ['null', 'null', 400, parsed ? undefined : 'the body must be an object, got null'],
      ['an array', '[]', 400, 'the body must be an object, got an array'],
      ['no note', '{}', 400, 'note must be 1 to 200 characters on one line, got null'],
      ['a blank note', '{"note":"  "}', 400, 'note must be 1 to 200 characters on one line, got "  "'],
      [
        'a note that is not a string',
        '{"note":{"a":1}}',
        400,
        'note must be 1 to 200 characters on one line, got an object',
      ],
      ['a note of two lines', '{"note":"a\\nb"}', 400, 'note must be 1 to 200 characters on one line, got "a\\nb"'],
      [
        'half of a surrogate pair',
        '{"note":"\\ud800"}',
        400,
        'note must be 1 to 200 characters on one line, got "\\ud800"',
      ],
      ['a note of 201 characters', `{"note":"${'x'.repeat(201)}"}`, 400, expect.stringContaining('…"')],
      ['a duration of 0', '{"note":"x","for":0}', 400, 'for must be a number of milliseconds > 0, got 0'],
      ['an infinite duration', '{"note":"x","for":1e999}', 400, expect.stringContaining('got Infinity')],
      ['a duration in words', '{"note":"x","for":"1h"}', 400, expect.stringContaining('got "1h"')],
      ['another option', '{"note":"x","until":1}', 400, 'unknown option "until" in the body; known options: note, for'],
      [
        'a prototype',
        '{"note":"x","__proto__":{"for":1}}',
        400,
        'unknown option "__proto__" in the body; known options: note, for',
      ],
      ['5 kB', `{"note":"${'x'.repeat(5_000)}"}`, parsed ? 400 : 413, expect.anything()],
    ])('%s as a body is rejected and changes nothing', async (_what, body, status, detail) => {
      const payments = new CircuitBreaker({ name: 'payments' })
      await serve([payments], parsed)
      const answer = await act('payments', body)
      expect(answer.status).toBe(status)
      if (detail !== undefined) expect(answer.json).toMatchObject({ status, detail })
      expect(payments.snapshot().lastTransition).toBeNull()
    })
  })

  test('only forcing has a duration', async () => {
    await serve([new CircuitBreaker({ name: 'payments' })])
    const body = '{"note":"x","for":1000}'
    const { status, json } = await ask(server, 'POST', '/admin/reset?name=payments', { headers, body })
    expect([status, json]).toMatchObject([400, { detail: 'unknown option "for" in the body; known options: note' }])
  })

  test('a body that is too long is rejected, and its connection serves the next request', async () => {
    await serve([new CircuitBreaker({ name: 'payments' })])
    const answer = await act('payments', Buffer.alloc(1_000_000, 'x'))
    expect([answer.status, answer.json]).toMatchObject([413, { detail: 'The body must not exceed 4096 bytes.' }])
    const client = await sendRaw(server.port)
    const post = 'POST /admin/force-open?name=payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
    client.socket.write(`${post}Content-Length: 9000\r\n\r\n${'x'.repeat(9_000)}`)
    client.socket.write(`${post}Content-Length: 12\r\n\r\n{"note":"x"}`)
    await until(() => client.received().includes('413 ') && client.received().includes('200 OK'))
  })

  test('a body that is cut off changes nothing, and the server still works', async () => {
    const payments = new CircuitBreaker({ name: 'payments' })
    await serve([payments])
    const { socket } = await sendRaw(server.port)
    const post = 'POST /admin/force-open?name=payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
    socket.write(`${post}Content-Length: 12\r\n\r\n{"note":`)
    await until(() => asked === 1)
    socket.destroy()
    expect((await ask(server, 'GET', '/admin/')).status).toBe(200)
    expect(payments.snapshot().lastTransition).toBeNull()
  })

  test("a breaker whose settings can't be written as JSON is an error of that request only", async () => {
    const odd: TripPolicy = { ...consecutiveFailures(1), config: { huge: 1n } }
    await serve([new CircuitBreaker({ name: 'odd', trip: odd })])
    expect((await ask(server, 'GET', '/admin/one?name=odd')).status).toBe(500)
    expect((await ask(server, 'GET', '/admin/')).status).toBe(200)
  })
})
