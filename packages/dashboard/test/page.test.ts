import { type CircuitBreaker, CircuitBreakerRegistry, failureRate } from '@cb/core'
import { type Listening, listen } from '@cb/test-kit'
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Dashboard, dashboard, type Identity } from '../src/index.ts'
import { card, openPage, useBrowser } from './browser.ts'
import { settle } from './opened.ts'

useBrowser()

let registry: CircuitBreakerRegistry
let payments: CircuitBreaker
let handler: Dashboard
let server: Listening

beforeEach(() => {
  registry = new CircuitBreakerRegistry({
    defaults: { trip: failureRate({ minimumCalls: 20 }), openDuration: 600_000 },
  })
  payments = registry.get('payments')
})
afterEach(async () => {
  handler?.close()
  await server?.close()
})

async function serve(authorize?: () => Identity): Promise<string> {
  handler = dashboard({ registry, ...(authorize && { authorize }) })
  server = await listen((request, response) => handler(request, response))
  return `${server.origin}/`
}

/** The rectangles of the strip, with their widths of 900. */
const spans = (page: Page) =>
  page
    .locator('.strip-rows rect')
    .evaluateAll((all) =>
      all.map((it) => `${it.getAttribute('class')} ${Math.round(Number(it.getAttribute('width')) / 100) * 100}`),
    )

describe('the page', () => {
  test('shows an outage from its beginning to its end, and loads nothing from elsewhere', async () => {
    const url = await serve()
    const { page, problems, requests } = await openPage(url)
    await page.getByText('no breaker left closed').waitFor()
    await page.getByRole('row', { name: /^payments closed/ }).waitFor()

    settle(payments, 8, 12)
    for (let n = 0; n < 30; n++) payments.tryAcquire()
    const trouble = card(page, 'payments')
    await trouble.getByText('opened because 12 of 20 calls in 10 s failed (threshold 50 %)').waitFor()
    const text = await trouble.textContent()
    expect(text).toMatch(/open\s*for \d+ s/)
    expect(text).toMatch(/Next probe in (10 min|9 min \d+ s)/)
    expect(text).toMatch(/60 % of 50 %/)
    expect(text).toMatch(/Error ECONNREFUSED at \d\d:\d\d:\d\d/)
    await trouble.getByText(/^[1-9][\d.]* \/s$/).waitFor()
    expect(await page.getByRole('button', { name: '1 open' }).count()).toBe(1)
    expect(await page.title()).toBe('(1 open) Circuit breakers')
    await page.getByRole('link', { name: /^payments ?: open for .*, now open$/ }).waitFor()
    expect(await page.getByRole('status').allInnerTexts()).toContain(
      'payments: opened because 12 of 20 calls in 10 s failed (threshold 50 %)',
    )

    payments.probeNow()
    await trouble.getByText('Probing now: a few calls pass').waitFor()
    await trouble
      .getByText(/^Not closed for \d+ s, since/)
      .or(trouble.getByText('half-open'))
      .first()
      .waitFor()
    for (let n = 0; n < 2; n++) payments.acquire().success()
    await page.getByRole('row', { name: /^payments closed/ }).waitFor()
    await page.getByRole('link', { name: /^payments ?: open for .*, now closed$/ }).waitFor()
    expect(await page.content()).not.toContain('hunter2')
    expect(problems).toEqual([])
    expect(requests.filter((request) => !request.startsWith(url))).toEqual([])
  })

  test('that is opened in the middle of an outage shows its beginning', async () => {
    settle(registry.get('before the dashboard'), 0, 20)
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 600_000)
    const url = await serve()
    now.mockReturnValue(Date.now() + 300_000)
    settle(payments, 0, 20)
    now.mockRestore()
    const { page } = await openPage(url)
    await page.getByRole('link', { name: /^payments ?: open for 5 min( 1 s)?, half-open for 0 s, now open$/ }).waitFor()
    // A third of the strip is from before the recording began.
    expect(await spans(page)).toEqual(['unrecorded 300', 'closed 300', 'open 300'])
    expect(await page.getByRole('heading', { name: /^Last fifteen/ }).textContent()).toMatch(
      /recorded since \d\d:\d\d:\d\d\s*not recorded$/,
    )
  })

  test('shows no more minutes than a young recording needs', async () => {
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 120_000)
    const url = await serve()
    now.mockReturnValue(Date.now() + 60_000)
    settle(payments, 0, 20)
    now.mockRestore()
    const { page } = await openPage(url)
    await page.getByRole('link', { name: /^payments ?: open for 1 min( \d s)?, .*now open$/ }).waitFor()
    expect(await page.getByRole('heading', { name: /^Last 3 minutes/ }).count()).toBe(1)
    expect(await spans(page)).toEqual(['unrecorded 300', 'closed 300', 'open 300'])
  })

  test('says nothing of the recording once it is as old as the strip', async () => {
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() - 900_000)
    const url = await serve()
    now.mockRestore()
    settle(payments, 0, 20)
    const { page } = await openPage(url)
    await page.getByRole('link', { name: /^payments ?: open for .*, now open$/ }).waitFor()
    expect(await page.getByRole('heading', { name: 'Last fifteen minutes', exact: true }).count()).toBe(1)
    expect((await spans(page))[0]).toBe('unrecorded 0')
  })

  test('shows a breaker: traffic, transitions, configuration; and no controls without authorize', async () => {
    const url = await serve()
    payments.forceOpen('migration')
    payments.reset()
    const { page } = await openPage(url)
    await page.getByRole('link', { name: 'payments', exact: true }).click()
    await page.getByRole('heading', { name: 'payments' }).waitFor()
    await page.getByText('opened: forced by an operator. Note: migration').waitFor()
    await page.getByText('trip.minimumCalls').waitFor()
    await Promise.all(Array.from({ length: 50 }, () => payments.execute(async () => {})))
    await page.getByRole('img', { name: /^Calls a second: calls/ }).waitFor()
    await page.getByRole('img', { name: /^Failure rate: rate 0 %/ }).waitFor()
    expect(await page.getByRole('button', { name: 'Force open' }).count()).toBe(0)
    await page.goBack()
    await page.getByRole('row', { name: /^payments closed/ }).waitFor()
  })

  test('of a breaker has a URL, whatever its name', async () => {
    const name = '/?#&= a%2Fb é'
    registry.get(name)
    const { page } = await openPage(await serve())
    await page.getByRole('link', { name, exact: true }).click()
    await page.getByText('trip.policy').waitFor()
    await page.reload()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    await page.getByText('trip.policy').waitFor()
  })

  test.each(['#/breaker/%E0%A4%A', '#/breaker/%', '#/%E0%A4%A', '#/?search=%E0%A4%A&state=%'])(
    'whose address has the mistake %s is sound all the same',
    async (hash) => {
      const { page, problems } = await openPage(`${await serve()}${hash}`)
      await page
        .getByText('This process has no breaker of this name')
        .or(page.getByRole('row', { name: /^payments closed/ }))
        .or(page.getByText('No breaker matches.'))
        .waitFor()
      await page.getByRole('link', { name: 'Circuit breakers' }).click()
      await page.getByRole('row', { name: /^payments closed/ }).waitFor()
      expect(problems).toEqual([])
    },
  )

  test('is empty as long as there is no breaker, and fills by itself', async () => {
    registry.delete('payments')
    const { page } = await openPage(await serve())
    await page.getByText('There is no breaker yet').waitFor()
    registry.get('search')
    await page.getByRole('row', { name: /^search closed/ }).waitFor()
  })

  test('shows a hostile name as the text that it is', async () => {
    const name = '<img src=x onerror="document.title=1">\u202egnp.exe'
    const hostile = registry.get(name)
    settle(hostile, 0, 20, Object.assign(new Error('x'), { name: '<b>bold</b>', code: '"><script>alert(1)</script>' }))
    hostile.forceOpen('<i>note</i>')
    const { page, problems, requests } = await openPage(await serve(() => 'ada'))
    const shown = name.replace('\u202e', '\ufffd')
    await card(page, shown).getByText('<i>note</i>').waitFor()
    await page.getByRole('link', { name: shown, exact: true }).click()
    await page.getByRole('heading', { name: shown, exact: true }).waitFor()
    await page.getByText('<b>bold</b> "><script>alert(1)</script>').waitFor()
    await page.getByText('trip.policy').waitFor()
    await page.getByRole('button', { name: 'Reset…' }).click()
    await page.getByLabel(/^Why/).fill('<u>why</u>')
    await page.keyboard.press('Enter')
    await page.getByText('closed: reset by an operator. Note: <u>why</u> (by ada)').first().waitFor()
    expect(await page.locator('img[src], main b b, main i, main u').count()).toBe(0)
    expect(await page.title()).not.toBe('1')
    expect([problems, requests.filter((url) => url.endsWith('/x'))]).toEqual([[], []])
  })
})

describe('the controls', () => {
  test('ask for a note and a confirmation; the transition says who and why', async () => {
    const { page, problems } = await openPage(`${await serve(() => 'ada')}#/breaker/payments`)
    await page.getByRole('button', { name: 'Force open…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Force open: payments' })
    await dialog.getByRole('button', { name: 'Force open' }).click()
    expect(payments.state).toBe('closed') // there is no note yet
    await dialog.getByLabel(/^Why/).fill('deploy 42')
    await dialog.getByLabel('How long?').selectOption('for 5 minutes')
    await dialog.getByRole('button', { name: 'Force open' }).click()
    await page.getByRole('cell', { name: 'opened: forced by an operator. Note: deploy 42 (by ada)' }).waitFor()
    expect(payments.snapshot().override).toMatchObject({ state: 'open', note: 'deploy 42 (by ada)' })
    await page.getByText(/^Forced for another (5 min|4 min \d+ s)$/).waitFor()

    const act = async (
      label: string,
      note: string,
      effect: Locator = page.getByRole('cell', { name: `Note: ${note} (by ada)` }),
    ) => {
      await page.getByRole('button', { name: `${label}…` }).click()
      await page.getByLabel(/^Why/).fill(note)
      await page.getByRole('dialog').getByRole('button', { name: label }).click()
      await effect.waitFor()
    }
    await act('Resume', 'done')
    expect(payments.state).toBe('closed')
    await act('Force closed', 'must sell', page.getByText('Forced: must sell (by ada)')) // it was closed: no transition
    expect(payments.snapshot().override?.state).toBe('closed')
    await act('Force open', 'no more')
    await act('Probe now', 'try')
    expect(payments.state).toBe('half-open')
    await act('Reset', 'fine')
    expect(payments.state).toBe('closed')
    expect(problems).toEqual([])
  })

  test('and all else end when the operator may no longer see the page', async () => {
    let who: Identity = 'ada'
    const { page } = await openPage(await serve(() => who))
    await page.getByRole('row', { name: /^payments closed/ }).waitFor()
    who = undefined
    handler.close()
    handler = dashboard({ registry, authorize: () => who })
    await page.getByRole('alert').getByText('this browser may not see the breakers (403)').waitFor()
    who = 'ada'
    await page.getByText('Live,').waitFor()
  })

  test('can be left without an effect', async () => {
    const { page } = await openPage(`${await serve(() => 'ada')}#/breaker/payments`)
    await page.getByRole('button', { name: 'Reset…' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Reset…' }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(payments.snapshot().lastTransition).toBe(null)
  })

  test('say why an action is rejected', async () => {
    let who: Identity = 'ada'
    const { page } = await openPage(`${await serve(() => who)}#/breaker/payments`)
    await page.getByRole('button', { name: 'Force open…' }).click()
    await page.getByLabel(/^Why/).fill('deploy')
    who = false
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Not done: Forbidden.').waitFor()
    expect(payments.state).toBe('closed')
  })
})
