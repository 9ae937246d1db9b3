import { until } from '@cb/test-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Dashboard } from '../src/dashboard.ts'
import { describeTransition } from '../src/describe-transition.ts'
import type { TransitionMessage } from '../src/gateway-messages.ts'
import { Stack } from '../src/stack.ts'
import { patience } from './demo-run.ts'

/** The built processes, without traffic and scenario. */
const transitions: TransitionMessage[] = []
const stack = new Stack({
  programs: new URL('../dist/', import.meta.url),
  port: 0,
  orAnyPort: false,
  onTransition: (transition) => transitions.push(transition),
})

beforeAll(() => stack.start(), patience)
afterAll(() => stack.stop())

async function simulate(service: string, body: unknown): Promise<Response> {
  return fetch(`${stack.origin}/simulate-failure/${service}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

async function dashboardOf(userId: string): Promise<Dashboard> {
  const response = await fetch(`${stack.origin}/user-dashboard/${userId}`)
  expect(response.status).toBe(200)
  return (await response.json()) as Dashboard
}

function pay(): Promise<Response> {
  return fetch(`${stack.origin}/orders/1-1/pay`, { method: 'POST' })
}

test('a dashboard has the data of the three services', async () => {
  const { complete, pieces } = await dashboardOf('1')
  expect(complete).toBe(true)
  expect(pieces.user).toEqual({ source: 'live', tookMs: expect.any(Number), data: { id: '1', name: 'User 1' } })
  expect(pieces.order).toMatchObject({ source: 'live', data: [{ id: '1-1' }] })
  expect(pieces.payment).toMatchObject({ source: 'live', data: { user: '1' } })
})

test('a service that is down affects only its own piece, which has the last known data or null', async () => {
  await dashboardOf('2')
  expect((await simulate('order', { mode: 'down' })).status).toBe(200)
  const known = await dashboardOf('2')
  expect(known.complete).toBe(false)
  expect([known.pieces.user.source, known.pieces.payment.source]).toEqual(['live', 'live'])
  expect(known.pieces.order).toEqual({
    source: 'fallback',
    why: 'unreachable',
    data: [expect.objectContaining({ id: '2-1' })],
    ageMs: expect.any(Number),
    tookMs: expect.any(Number),
  })
  const unknown = await dashboardOf('never seen before')
  expect(unknown.pieces.order).toMatchObject({ source: 'fallback', data: null, ageMs: null })
})

test('a service that was down recovers at the same address', async () => {
  await simulate('order', { mode: 'healthy' })
  expect((await dashboardOf('2')).pieces.order.source).toBe('live')
})

test('ten failing reads open the breaker: the piece shows it, and health shows the reason', async () => {
  await simulate('user', { mode: 'failing' })
  for (let n = 0; n < 10; n++) expect((await dashboardOf('1')).pieces.user).toMatchObject({ why: 'error' })
  expect((await dashboardOf('1')).pieces.user).toMatchObject({
    source: 'fallback',
    why: 'circuit-open',
    data: { id: '1', name: 'User 1' },
  })
  const health = (await (await fetch(`${stack.origin}/health`)).json()) as { breakers: Record<string, unknown>[] }
  expect(health.breakers).toContainEqual(
    expect.objectContaining({ name: 'user.read', state: 'open', reason: 'consecutive-failures' }),
  )
  expect(transitions.at(-1)).toMatchObject({
    breaker: 'user.read',
    to: 'open',
    error: 'HTTP 500',
    trip: { failures: 10 },
  })
  await simulate('user', { mode: 'healthy' })
})

test('a payment that times out is a 504; after three of them the next one is rejected at once with Retry-After', async () => {
  expect((await pay()).status).toBe(201)
  await simulate('payment', { mode: 'hanging' })
  const answers = await Promise.all([pay(), pay(), pay()])
  expect(answers.map(({ status }) => status)).toEqual([504, 504, 504])
  expect(await answers[0]?.json()).toMatchObject({ status: 504, title: 'Gateway Timeout' })
  const rejected = await pay()
  expect(rejected.status).toBe(503)
  expect(rejected.headers.get('content-type')).toBe('application/problem+json')
  expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  await simulate('payment', { mode: 'healthy' })
})

test(
  'a fault with a duration ends by itself',
  async () => {
    const { origin } = stack.processes.find(({ name }) => name === 'payment') ?? { origin: '' }
    const isUp = () =>
      fetch(`${origin}/payments`).then(
        () => true,
        () => false,
      )
    await simulate('payment', { mode: 'down', for: 500 })
    expect(await isUp()).toBe(false)
    while (!(await isUp()));
    expect((await dashboardOf('1')).pieces.payment.source).toBe('live')
  },
  patience,
)

test('the live page is served with its files', async () => {
  const page = await (await fetch(`${stack.origin}/breakers`)).text()
  expect(page).toContain('<title>Circuit breakers</title>')
  const files = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => `${stack.origin}/breakers/${path}`)
  expect(await Promise.all(files.map(async (file) => (await fetch(file)).status))).toEqual([200, 200, 200])
})

test('an operator can force a breaker open on the live page: the gateway sends no calls, and the note is printed', async () => {
  const act = (action: string) =>
    fetch(`${stack.origin}/breakers/act`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action, breaker: 'order.read', note: 'maintenance' }),
    })
  expect((await act('force-open')).status).toBe(200)
  expect((await dashboardOf('2')).pieces.order).toMatchObject({ why: 'circuit-open' })
  expect((await act('reset')).status).toBe(200)
  expect((await dashboardOf('2')).pieces.order.source).toBe('live')
  const noted = () => transitions.filter(({ note }) => note !== undefined)
  await until(() => noted().length === 2)
  expect(noted().map((transition) => describeTransition(transition).text)).toEqual([
    'order.read: forced: maintenance (by demo)',
    'order.read: reset: maintenance (by demo)',
  ])
})

test('metrics are served as Prometheus text', async () => {
  const text = await (await fetch(`${stack.origin}/metrics`)).text()
  expect(text).toMatch(/^circuit_breaker_calls_total\{circuit_breaker_name="user\.read",.*"rejected".*\} \d+$/m)
})

test.each([
  ['{"mode":"tired"}', 'mode', 'mode must be one of healthy, slow, failing, hanging, down, got "tired"'],
  ['{"mode":"slow","rate":2}', 'rate', 'rate must be a number > 0 and <= 1, got 2'],
  ['[]', undefined, 'the body must be a JSON object such as {"mode":"hanging","for":5000}'],
  ['', 'mode', 'mode must be one of healthy, slow, failing, hanging, down, got nothing'],
  ['{"mode":', undefined, 'the body must be JSON'],
])(
  'POST /simulate-failure with %s is a 400 that names the field and the allowed values',
  async (body, field, detail) => {
    const response = await simulate('user', body)
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await response.json()).toEqual({ type: 'about:blank', title: 'Bad Request', status: 400, detail, field })
  },
)

test('an unknown service is a 404 that names the known ones', async () => {
  const response = await simulate('shipping', { mode: 'down' })
  expect(await response.json()).toMatchObject({ status: 404, detail: expect.stringContaining('user, order, payment') })
})

test('a path that cannot be decoded is a 400, not a stack trace', async () => {
  const response = await fetch(`${stack.origin}/user-dashboard/%zz`)
  expect(await response.json()).toMatchObject({ status: 400, title: 'Bad Request' })
})

test('a process that is killed is reported with its name and the signal', async () => {
  const { pid } = stack.processes.find(({ name }) => name === 'user') ?? { pid: 0 }
  process.kill(pid, 'SIGKILL')
  await expect(stack.died).rejects.toThrow(`the user process (pid ${pid}) ended unexpectedly: SIGKILL`)
})
