import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { CircuitBreakerRegistry, failureRate } from '@cb/core'
import { joinFleet, memoryStore } from '@cb/redis'
import { type Listening, listen } from '@cb/test-kit'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { openPage, patiently, useBrowser } from './browser.ts'
import { settle } from './opened.ts'

useBrowser()

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What axe finds that is serious. Injected by the debugger: the page's own policy allows no such script. */
async function findingsIn(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<{ violations: Finding[] }>('axe.run()')
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`)
}

let registry: CircuitBreakerRegistry
let handler: Dashboard
let server: Listening

beforeEach(async () => {
  registry = new CircuitBreakerRegistry({
    defaults: { trip: failureRate({ minimumCalls: 20 }), openDuration: 600_000 },
  })
  handler = dashboard({ registry, authorize: () => 'ada' })
  server = await listen((request, response) => handler(request, response))
  for (const name of ['orders', 'search', 'tax']) settle(registry.get(name), 20, 1)
  settle(registry.get('payments'), 8, 12)
  settle(registry.get('mail'), 0, 20)
  registry.get('mail').probeNow()
  registry.get('tax').forceClosed('must sell (by ada)')
})
afterEach(async () => {
  handler?.close()
  await server?.close()
})

const devices = [
  ['on a desktop', { width: 1366, height: 768 }],
  ['on a phone', { width: 390, height: 844 }],
] as const

describe.each(['light', 'dark'] as const)('in a %s theme, axe finds nothing serious', (colorScheme) => {
  test.each(devices)('%s', async (_where, viewport) => {
    const { page } = await openPage(server.origin, { colorScheme, viewport })
    await page.getByRole('heading', { name: 'payments' }).waitFor()
    expect(await findingsIn(page)).toEqual([])
    await page.getByRole('heading', { name: 'payments' }).getByRole('link').click()
    await page.getByText('trip.policy').waitFor()
    expect(await findingsIn(page)).toEqual([])
    await page.getByRole('button', { name: 'Force open…' }).click()
    await page.getByRole('dialog').waitFor()
    expect(await findingsIn(page)).toEqual([])
    await page.keyboard.press('Escape')
    // Nothing is wider than the screen.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
  })

  test('while there is no breaker, and while there is no server', async () => {
    for (const { name } of registry) registry.delete(name)
    const { page } = await openPage(server.origin, { colorScheme })
    await page.getByText('There is no breaker yet').waitFor()
    expect(await findingsIn(page)).toEqual([])
    registry.get('payments').forceOpen('maintenance')
    registry.get('search')
    await page.getByRole('heading', { name: 'payments' }).waitFor()
    handler.close()
    await server.close()
    await page.getByRole('alert').getByText('Stale since').waitFor()
    expect(await findingsIn(page)).toEqual([])
    await page.getByRole('heading', { name: 'payments' }).getByRole('link').click()
    await page.getByText('All breakers').waitFor()
    expect(await findingsIn(page)).toEqual([])
    server = await listen(() => {}) // which the end of the test closes
  })

  test.each(devices)('with groups and a fleet, also one that is not reachable, %s', async (_where, viewport) => {
    const store = memoryStore()
    for (const name of ['https://a.example', 'https://a.example writes']) registry.get(name)
    const fleet = await joinFleet({ store })
    await fleet.share(registry)
    await fleet.forceOpen('of others', { note: 'maintenance', for: 600_000 })
    await fleet.forceOpen('search', { note: 'maintenance' })
    handler.close()
    handler = dashboard({ registry, fleet, authorize: () => 'ada' })
    const { page } = await openPage(`${server.origin}/#/?group=origin`, { colorScheme, viewport })
    await page.getByText('In the fleet').first().waitFor()
    expect(await findingsIn(page)).toEqual([])
    store.names = () => Promise.reject(new Error('no connection'))
    await page.getByText('fleet not reachable since').waitFor()
    await page.getByRole('heading', { name: 'search' }).getByRole('link').click()
    await page.getByText('Forced open in all instances').waitFor()
    await page.getByRole('button', { name: 'Force open…' }).click()
    await page.getByLabel('Where?').waitFor()
    expect(await findingsIn(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width)
    await fleet.leave()
  })
})

test('all can be done with the keyboard alone', async () => {
  const { page } = await openPage(server.origin)
  await page.getByRole('heading', { name: 'payments' }).waitFor()
  const focused = () => page.evaluate<string>('document.activeElement.textContent || document.activeElement.id')
  const tabTo = async (text: string) => {
    for (let n = 0; n < 60 && (await focused()) !== text; n++) await page.keyboard.press('Tab')
    expect(await focused()).toBe(text)
  }
  await page.keyboard.press('Tab')
  expect(await focused()).toBe('Skip to the breakers')
  await page.keyboard.press('Enter')
  await tabTo('1 open')
  await page.keyboard.press('Space')
  await expect.poll(() => page.locator('.table').count(), patiently).toBe(0)
  await page.keyboard.press('Space')
  await page.keyboard.press('/')
  expect(await focused()).toBe('search')
  await page.keyboard.type('pay/')
  await page.keyboard.press('Backspace')
  await tabTo('payments')
  await page.keyboard.press('Enter')
  await page.getByText('trip.policy').waitFor()
  expect(await focused()).toBe('payments') // the heading of its page
  await tabTo('Probe now…')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('the database is back')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(registry.get('payments').state).toBe('half-open')
  await expect.poll(focused, patiently).toBe('Probe now…')
})
