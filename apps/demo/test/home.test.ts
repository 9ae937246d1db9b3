import { chromiumMissing, chromiumPath } from '@cb/test-kit'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Stack } from '../src/stack.ts'
import { patience } from './demo-run.ts'

const stack = new Stack({ programs: new URL('../dist/', import.meta.url), port: 0, orAnyPort: false })
let browser: Browser | undefined

beforeAll(async () => {
  const executablePath = chromiumPath()
  if (executablePath !== undefined) browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  else if (process.env['CI']) throw new Error(chromiumMissing)
  await stack.start()
}, patience)

afterAll(() => Promise.all([browser?.close(), stack.stop()]))

test('GET / is a page that allows no script and no style but its own', async () => {
  const response = await fetch(stack.origin)
  expect(response.status).toBe(200)
  const policy = response.headers.get('content-security-policy')
  expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; connect-src 'self';/)
  expect(await response.text()).toContain('<title>The demo</title>')
})

test(
  'its buttons break and heal a service, and its link leads to the live page',
  async ({ skip }) => {
    if (browser === undefined) return skip(chromiumMissing)
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    await page.goto(stack.origin)
    const order = page.getByRole('group', { name: 'order' })
    const orderPiece = async () => {
      const dashboard = await fetch(`${stack.origin}/user-dashboard/1`)
      return ((await dashboard.json()) as { pieces: { order: object } }).pieces.order
    }
    await order.getByRole('button', { name: 'shut down' }).click()
    await page.getByText('order: down for 10 s').waitFor()
    expect(await orderPiece()).toMatchObject({ source: 'fallback', why: 'unreachable' })
    await order.getByRole('button', { name: 'heal' }).click()
    await page.getByText('order: healthy').waitFor()
    expect(await orderPiece()).toMatchObject({ source: 'live' })
    await page.getByRole('link', { name: 'live page' }).click()
    await page.getByRole('heading', { name: 'Circuit breakers' }).waitFor()
    expect(page.url()).toBe(`${stack.origin}/breakers/`)
    expect(problems).toEqual([])
  },
  patience,
)
