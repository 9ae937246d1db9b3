import { CircuitBreakerRegistry } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Dashboard, dashboard } from '../src/index.ts'
import { card, openPage, useBrowser } from './browser.ts'

useBrowser()

let registry: CircuitBreakerRegistry
let handler: Dashboard
let server: Listening

beforeEach(async () => {
  registry = new CircuitBreakerRegistry()
  registry.get('payments')
  handler = dashboard({ registry })
  server = await listen((request, response) => handler(request, response))
})
afterEach(async () => {
  handler.close()
  await server.close()
})

describe('the list', () => {
  test('finds breakers by name and by state', async () => {
    for (const name of ['orders', 'order-mail', 'search']) registry.get(name)
    registry.get('search').forceOpen()
    const { page } = await openPage(server.origin)
    const names = () => page.getByRole('rowheader').allInnerTexts()
    await page.getByRole('row', { name: /^orders/ }).waitFor()
    await page.getByRole('searchbox').fill('ORDER')
    await page.getByRole('row', { name: /^payments/ }).waitFor({ state: 'detached' })
    expect(await names()).toEqual(['order-mail', 'orders'])
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: '1 forced' }).click()
    await page.getByRole('row', { name: /^orders/ }).waitFor({ state: 'detached' })
    expect(await card(page, 'search').count()).toBe(1)
    await page.getByRole('searchbox').fill('x')
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByRole('row', { name: /^orders/ }).waitFor()
  })

  test('keeps in its address what is shown, for a reload, a colleague and the way back', async () => {
    registry.get('search').forceOpen()
    const { page } = await openPage(server.origin)
    await page.getByRole('button', { name: '1 open' }).click()
    await page.getByRole('searchbox').fill('sea & r')
    await page.getByText('No breaker matches.').waitFor()
    await page.getByRole('searchbox').fill('sea')
    await page.reload()
    await card(page, 'search').waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('sea')
    expect(await page.getByRole('button', { name: '1 open' }).getAttribute('aria-pressed')).toBe('true')
    expect(await page.getByRole('row').count()).toBe(0)
    await page.getByRole('heading', { name: 'search' }).getByRole('link').click()
    await page.getByRole('link', { name: 'All breakers' }).click()
    await card(page, 'search').waitFor()
    expect(await page.getByRole('searchbox').inputValue()).toBe('sea')
  })

  test('groups breakers by origin, those in trouble first, with the keyboard and in words', async () => {
    const names = ['https://a.example', 'https://a.example writes', 'https://B.example:8443 search']
    for (const name of names) registry.get(name)
    registry.get('https://b.example:8443').forceOpen()
    const { page } = await openPage(server.origin)
    await page.getByRole('button', { name: 'Group by origin' }).press('Enter')
    const headings = () => page.getByRole('heading', { level: 2 }).allInnerTexts()
    await page
      .getByRole('region', { name: 'https://a.example 2 breakers' })
      .getByRole('row', { name: / writes closed/ })
      .waitFor()
    expect((await headings()).slice(1)).toEqual([
      'https://b.example:8443 2 breakers, 1 in trouble',
      'https://a.example 2 breakers',
      'Without an origin 1 breaker',
    ])
    await page.reload()
    await page.getByRole('button', { name: 'Group by origin', pressed: true }).press('Space')
    await page.getByRole('heading', { name: 'Trouble' }).waitFor()
  })
})
