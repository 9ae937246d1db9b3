import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromiumMissing, chromiumPath } from '@cb/test-kit'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { serve } from '../build/serve.js'

/** The machine may be slow. */
const patiently = { timeout: 60_000 }

let browser: Browser | undefined
let site: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  site = await serve(0)
  const executablePath = chromiumPath()
  if (executablePath === undefined) {
    if (process.env['CI']) throw new Error(chromiumMissing)
    return console.warn(chromiumMissing)
  }
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  browser = await chromium.launch({ executablePath, args })
})
beforeEach(({ skip }) => {
  if (browser === undefined) skip(chromiumMissing)
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
})

/** A page of the site, and what it asked for and complained about. */
async function open(path: string, options: BrowserContextOptions = {}) {
  const context = await (browser as Browser).newContext({ locale: 'en-GB', ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(patiently.timeout)
  const problems: string[] = []
  const requests: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(site.url + path)
  return { page, problems, requests }
}

test('no page asks for anything elsewhere, also not the search', async () => {
  const { page, problems, requests } = await open('')
  for (const path of ['concepts/', 'packages/dashboard/', 'reference/core/', 'project/simulations/']) {
    await page.goto(site.url + path)
  }
  await search(page, 'retry')
  expect(requests.length).toBeGreaterThan(20)
  expect(requests.filter((url) => !url.startsWith(site.url) && !url.startsWith('data:'))).toEqual([])
  expect(problems).toEqual([])
})

/** Types into the search, and returns the pages that it finds. */
async function search(page: Page, words: string): Promise<string[]> {
  await page.waitForSelector('.pagefind-ui__search-input', { state: 'attached' })
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('textbox').fill(words)
  const results = page.locator('.pagefind-ui__result-link')
  await results.first().waitFor()
  return results.evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname))
}

test.each([
  ['half-open stuck', '/troubleshooting/'],
  ['retry', '/recipes/combining/'],
  ['jest', '/testing/'],
  ['resilience4j', '/vocabulary/'],
  ['probeTimeout', '/reference/core/'],
])('the search for "%s" finds %s', async (words, path) => {
  const { page } = await open('')
  expect(await search(page, words)).toContain(path)
})

/** The n-th breaker of a scene. */
function scene(page: Page, name: string) {
  const element = page.locator(`cb-simulation[data-scene=${name}]`)
  return { element, states: () => element.locator('[data-show=state]').allTextContents() }
}

/** Moves the keyboard's focus to what has it next. */
async function pressUntil(page: Page, key: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await page.keyboard.press(key)
}

test.each([
  ['trip', 1],
  ['policies', 2],
  ['ramp', 2],
  ['fleet', 4],
])('scene %s opens and recovers by the keyboard alone, and says so in words', async (name, breakers) => {
  const { page, problems } = await open('concepts/', { reducedMotion: 'reduce' })
  const { element, states } = scene(page, name)
  await element.getByRole('slider').focus()
  await page.keyboard.press('End') // all calls fail
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip 5 s')
  await pressUntil(page, 'Enter', 3)
  expect(await states()).not.toContain('closed')
  await pressUntil(page, 'Tab', 2)
  await page.keyboard.press('Home') // none fails
  await pressUntil(page, 'Shift+Tab', 2)
  await pressUntil(page, 'Enter', 8)
  expect(await states()).toEqual(Array(breakers).fill('closed'))
  await element.getByText('Transitions').click()
  const [rows] = await element.getByRole('table').allTextContents()
  for (const words of ['closed → open', 'half-open → closed', 'probes-succeeded']) expect(rows).toContain(words)
  expect(await element.locator('[aria-live=polite]').textContent()).toContain('is closed')
  expect(problems).toEqual([])
})

test('a scene moves when it is played, and stands still when it is paused', async () => {
  const { page } = await open('concepts/')
  const { element } = scene(page, 'trip')
  const answered = async () => Number(await element.locator('[data-show=answered]').textContent())
  expect(await answered()).toBe(0)
  await element.getByRole('button', { name: 'Play' }).press('Enter')
  await expect.poll(answered, patiently).toBeGreaterThan(10)
  await element.getByRole('button', { name: 'Pause' }).press('Enter')
  const before = await answered()
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
  expect(await answered()).toBe(before)
})

// But for Starlight's search button, whose visible text has the shortcut besides its name.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  readonly id: string
  readonly impact: string
  readonly nodes: readonly { readonly html: string }[]
}

describe.each(['light', 'dark'] as const)('in a %s theme axe finds nothing serious', (colorScheme) => {
  test.each([
    ['a desktop', { width: 1280, height: 900 }],
    ['a phone', { width: 390, height: 844 }],
  ])('on %s, and nothing is wider than the page', async (_, viewport) => {
    const { page } = await open('', { colorScheme, viewport })
    for (const path of ['', 'concepts/', 'thresholds/', 'packages/core/', 'vocabulary/']) {
      await page.goto(site.url + path)
      // The site makes what scrolls focusable as soon as it is idle.
      await page.waitForFunction(
        "[...document.querySelectorAll('pre, table')].every((one) => one.scrollWidth <= one.clientWidth || one.tabIndex === 0)",
      )
      await page.evaluate(axe)
      const { violations } = await page.evaluate<{ violations: Finding[] }>(
        `axe.run({ exclude: ['button[data-open-modal]'] })`,
      )
      const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact))
      expect(serious.map(({ id, nodes }) => `${path} ${id}: ${nodes.map(({ html }) => html)}`)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), path).toBeLessThanOrEqual(0)
    }
  })
})

test('the first page transfers less than 80 kB', async () => {
  const { page } = await open('')
  await page.waitForLoadState('networkidle')
  const entries =
    'performance.getEntries().filter(({ transferSize }) => transferSize > 0).map(({ name, transferSize }) => [name, transferSize])'
  const transferred = await page.evaluate<[string, number][]>(entries)
  const bytes = transferred.reduce((sum, [, size]) => sum + size, 0)
  console.log(`first page: ${(bytes / 1_000).toFixed(0)} kB in ${transferred.length} files`)
  expect(bytes).toBeLessThan(80_000)
})
