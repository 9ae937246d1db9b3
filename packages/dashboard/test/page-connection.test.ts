import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CircuitBreakerRegistry } from '@cb/core'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, test } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { openPage, patiently, useBrowser } from './browser.ts'
import { settle } from './opened.ts'

useBrowser()

let handler: Dashboard | undefined
let server: Server | undefined
let streams = 0
let mostStreams = 0

/** As a process that starts: a registry of its own, on the same port as the one before. */
async function start(registry: CircuitBreakerRegistry, port = 0): Promise<number> {
  const page = dashboard({ registry })
  const service = createServer((request, response) => {
    if (request.url === '/stream') {
      mostStreams = Math.max(mostStreams, ++streams)
      response.on('close', () => streams--)
    }
    page(request, response)
  })
  handler = page
  server = service
  streams = 0
  mostStreams = 0
  await new Promise<void>((resolve) => service.listen(port, '127.0.0.1', resolve))
  return (service.address() as AddressInfo).port
}

async function stop(): Promise<void> {
  handler?.close()
  const closed = new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server?.closeAllConnections()
  await closed
}
afterEach(stop)

const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(`^${name} closed`) })

/** As if the tab were covered by another one. */
const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  `)

describe('a page whose server is restarted', () => {
  test('says since when it is stale, and goes on by itself', async () => {
    const before = new CircuitBreakerRegistry()
    before.get('payments')
    const port = await start(before)
    const { page, problems } = await openPage(`http://127.0.0.1:${port}/`)
    await row(page, 'payments').waitFor()
    await stop()
    await page
      .getByRole('alert')
      .getByText(/^Stale since \d\d:\d\d:\d\d, trying again: the server does not answer$/)
      .waitFor()
    await row(page, 'payments').waitFor()

    const after = new CircuitBreakerRegistry()
    after.get('search')
    settle(after.get('payments'), 0, 10)
    await start(after, port)
    await page.getByRole('heading', { name: 'payments' }).waitFor()
    await row(page, 'search').waitFor()
    await page.getByText('Live,').waitFor()
    expect(problems).toEqual([])
  })
})

describe('tabs of one browser', () => {
  test('share one stream, even seven of them, and another one takes over', async () => {
    const registry = new CircuitBreakerRegistry()
    const payments = registry.get('payments')
    const port = await start(registry)
    const { page } = await openPage(`http://127.0.0.1:${port}/`)
    const tabs = [page]
    for (let n = 1; n < 7; n++) {
      const tab = await page.context().newPage()
      await tab.goto(page.url())
      tabs.push(tab)
    }
    for (const tab of tabs) await row(tab, 'payments').waitFor()
    expect(mostStreams).toBe(1)
    payments.forceOpen('to be seen by all')
    for (const tab of tabs) await tab.getByText('Forced: to be seen by all').waitFor()

    await page.close()
    payments.reset()
    for (const tab of tabs.slice(1)) await row(tab, 'payments').waitFor()
    await expect.poll(() => streams, patiently).toBe(1)
    expect(mostStreams).toBeLessThanOrEqual(2)
  })

  test('close the stream when all are hidden, and catch up when they are seen again', async () => {
    const registry = new CircuitBreakerRegistry()
    const payments = registry.get('payments')
    const port = await start(registry)
    const { page } = await openPage(`http://127.0.0.1:${port}/`)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await row(other, 'payments').waitFor()

    await setVisibility(page, 'hidden')
    payments.forceOpen('for the other tab')
    await other.getByText('Forced: for the other tab').waitFor()
    expect(await page.getByText('Forced').count()).toBe(0)
    await setVisibility(other, 'hidden')
    await expect.poll(() => streams, patiently).toBe(0)

    payments.forceOpen('while nobody looked')
    await setVisibility(page, 'visible')
    await page.getByText('Forced: while nobody looked').waitFor()
    await setVisibility(other, 'visible')
    await other.getByText('Forced: while nobody looked').waitFor()
    await expect.poll(() => streams, patiently).toBe(1)
  })

  test('read a stream each where the browser has no locks', async () => {
    const registry = new CircuitBreakerRegistry()
    registry.get('payments')
    const port = await start(registry)
    // Not a secure context: a host name, by plain HTTP.
    const { page } = await openPage('about:blank')
    await page.context().addInitScript(`Object.defineProperty(navigator, 'locks', { value: undefined })`)
    const other = await page.context().newPage()
    for (const tab of [page, other]) {
      await tab.goto(`http://127.0.0.1:${port}/`)
      await row(tab, 'payments').waitFor()
    }
    expect(streams).toBe(2)
    // Away and back in a moment: nothing comes twice.
    await setVisibility(page, 'hidden')
    await setVisibility(page, 'visible')
    registry.get('payments').forceOpen('once')
    for (const tab of [page, other]) await tab.getByText('Forced: once').waitFor()
    const spans = await page.locator('.strip-rows rect').evaluateAll((all) => all.map((it) => it.getAttribute('class')))
    expect(spans).toEqual(['unrecorded', 'closed', 'open'])
  })
})

test('a thousand breakers are shown, found and followed', async () => {
  const registry = new CircuitBreakerRegistry({ defaults: { openDuration: 600_000 } })
  for (let n = 0; n < 1_000; n++) settle(registry.get(`tenant-${n} orders`), 5, 0)
  const port = await start(registry)
  const { page, problems } = await openPage(`http://127.0.0.1:${port}/`)
  await page.getByRole('button', { name: '1,000 closed' }).waitFor()
  expect(await page.locator('.table tbody tr').count()).toBe(1_000)
  // In the order of their numbers.
  expect(await page.locator('.table tbody tr a').nth(10).textContent()).toBe('tenant-10 orders')
  // Most of them are out of sight: the browser has not even laid them out.
  const isSeen = `[...document.querySelectorAll('.table tbody')].at(-1).rows[0].checkVisibility({ contentVisibilityAuto: true })`
  expect(await page.evaluate(isSeen)).toBe(false)
  for (let n = 0; n < 100; n++) settle(registry.get(`tenant-${n} orders`), 0, 10)
  await page.getByRole('button', { name: '100 open' }).waitFor()
  expect(await page.locator('.card').count()).toBe(60)
  await page.getByRole('button', { name: 'Show 40 more' }).click()
  await expect.poll(() => page.locator('.card').count(), patiently).toBe(100)
  await page.getByRole('searchbox').fill('tenant-77 ')
  await expect.poll(() => page.locator('.card').count(), patiently).toBe(1)
  expect(problems).toEqual([])
})

test('thirty healthy breakers are on the screen of a laptop at once', async () => {
  const registry = new CircuitBreakerRegistry()
  for (let n = 0; n < 40; n++) settle(registry.get(`breaker ${n}`), 5, 0)
  const port = await start(registry)
  const { page } = await openPage(`http://127.0.0.1:${port}/`, { viewport: { width: 1366, height: 768 } })
  await row(page, 'breaker 30').waitFor()
  const box = await page.locator('.table tbody tr').nth(29).boundingBox()
  expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(768)
})
