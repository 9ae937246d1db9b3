import { CircuitBreakerRegistry, consecutiveFailures } from '@cb/core'
import { type Fleet, joinFleet, type MemoryStore, memoryStore } from '@cb/redis'
import { type Listening, listen } from '@cb/test-kit'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { card, openPage, patiently, useBrowser } from './browser.ts'

useBrowser()

interface Instance {
  readonly registry: CircuitBreakerRegistry
  readonly fleet: Fleet
}

let store: MemoryStore
let here: Instance
let other: Instance
let handler: Dashboard
let server: Listening

/** A process of the fleet: its breakers open at the first failure. */
async function join(instance: string, ...names: string[]): Promise<Instance> {
  const registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(1), openDuration: 60_000 } })
  for (const name of names) registry.get(name)
  const fleet = await joinFleet({ store, instance })
  await fleet.share(registry)
  return { registry, fleet }
}

beforeEach(async () => {
  store = memoryStore()
  here = await join('shop-1', 'payments', 'search')
  other = await join('shop-2', 'payments', 'mail')
  handler = dashboard({ ...here, authorize: () => 'ada' })
  server = await listen((request, response) => handler(request, response))
})
afterEach(async () => {
  handler.close()
  await server.close()
  await Promise.all([here, other].map(({ fleet }) => fleet.leave()))
})

const section = (page: Page) => page.getByRole('region', { name: 'In the fleet' })

describe('the page of a process in a fleet', () => {
  test('shows each breaker in the fleet, also on its card, and those of other processes', async () => {
    const { page, problems } = await openPage(server.origin)
    await page.getByText('in a fleet of 2 instances').waitFor()
    await page.getByRole('row', { name: /^mail closed/ }).waitFor()
    other.registry.get('payments').acquire().failure(new Error('down'))
    await card(page, 'payments')
      .getByText(/^In the fleet: open\s*· 2 instances$/)
      .waitFor()
    await card(page, 'payments').getByText('Opened with the fleet: enough instances voted for it').waitFor()
    await page.getByRole('link', { name: 'payments', exact: true }).first().click()
    await section(page).getByText('opened: enough instances voted for it').waitFor()
    await section(page)
      .getByText(/^Next probe of the fleet in \d+ s$/)
      .waitFor()
    await page.getByRole('link', { name: 'All breakers' }).click()
    await page.getByRole('link', { name: 'mail' }).click()
    await page.getByText('This process has no breaker of this name').waitFor()
    await section(page).getByText('1 instance', { exact: true }).waitFor()
    expect(problems).toEqual([])
  })

  test('shows as trouble also what is closed here and open in the fleet', async () => {
    const list = here.fleet.list.bind(here.fleet)
    here.fleet.list = async () => (await list()).map((it) => (it.name === 'search' ? { ...it, state: 'open' } : it))
    const { page } = await openPage(server.origin)
    await card(page, 'search').getByText('In the fleet: open').waitFor()
    await card(page, 'search')
      .getByText(/^closed$/)
      .waitFor()
  })

  test('shows who votes and who probes, if the fleet tells', async () => {
    const list = here.fleet.list.bind(here.fleet)
    const names = ['a', 'b', 'c', 'd', 'e\u202e', 'f']
    here.fleet.list = async () => (await list()).map((it) => ({ ...it, votes: names, probes: ['shop-2'] }))
    await other.fleet.forceOpen('payments', { note: 'maintenance' })
    const { page } = await openPage(server.origin)
    await card(page, 'payments')
      .getByText('open forced by shop-2 · 2 instances · voted to open: a, b, c, d and 2 more · probing: shop-2')
      .waitFor()
  })

  test('says since when the fleet is not reachable, and goes on with its own process', async () => {
    const { page } = await openPage(server.origin)
    await page.getByText('in a fleet of 2 instances').waitFor()
    const away = vi.spyOn(store, 'names').mockRejectedValue(new Error('no connection'))
    await page.getByText(/^fleet not reachable since \d\d:\d\d:\d\d$/).waitFor()
    expect(await page.getByRole('status').allInnerTexts()).toContain('The fleet is not reachable')
    here.registry.get('search').forceOpen('only here')
    await card(page, 'search').getByText('Forced: only here').waitFor()
    await card(page, 'search')
      .getByText(/^In the fleet at \d\d:\d\d:\d\d: closed/)
      .waitFor()
    away.mockRestore()
    await page.getByText('in a fleet of 2 instances').waitFor()
  })
})

describe('the controls of a process in a fleet', () => {
  const act = async (page: Page, action: string, where?: string) => {
    await page.getByRole('button', { name: `${action}…` }).click()
    await page.getByLabel(/^Why/).fill('deploy 42')
    if (where !== undefined) await page.getByLabel('Where?').selectOption(where)
    await page.getByRole('dialog').getByRole('button', { name: action }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  const states = () => [here, other].map(({ registry }) => registry.get('payments').state)

  test('force it open in this process, or in the whole fleet, as the operator chooses', async () => {
    const { page, problems } = await openPage(`${server.origin}/#/breaker/payments`)
    await section(page).getByText('2 instances').waitFor()
    await act(page, 'Force open')
    expect(states()).toEqual(['open', 'closed'])
    await page.getByText('Forced: deploy 42 (by ada)').waitFor()
    await act(page, 'Resume')
    await act(page, 'Force open', 'in the whole fleet')
    await expect.poll(states, patiently).toEqual(['open', 'open'])
    await section(page)
      .getByText('Forced open in all instances by shop-1, until an operator resumes it: deploy 42 (by ada)')
      .waitFor()
    await act(page, 'Resume') // the fleet comes first: the override is the fleet's
    await expect.poll(states, patiently).toEqual(['closed', 'closed'])
    expect(problems).toEqual([])
  })

  test('of a breaker that only others have are for the fleet', async () => {
    const { page } = await openPage(`${server.origin}/#/breaker/mail`)
    await section(page).getByText('1 instance', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Reset…' }).count()).toBe(0)
    await act(page, 'Force open')
    await expect.poll(() => other.registry.get('mail').state, patiently).toBe('open')
    expect(here.registry.has('mail')).toBe(false)
  })
})
