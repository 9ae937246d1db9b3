import { chromiumMissing, chromiumPath } from '@cb/test-kit'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest'

let browser: Browser | undefined

/** For `expect.poll`: the machine may be slow. */
export const patiently = { timeout: 60_000 }

/** Starts Chromium for the tests of a file; where it is missing they are left out. */
export function useBrowser(): void {
  beforeAll(async () => {
    const executablePath = chromiumPath()
    if (executablePath === undefined) {
      if (process.env['CI']) throw new Error(chromiumMissing)
      return console.warn(chromiumMissing)
    }
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
  })
  beforeEach(({ skip }) => {
    if (browser === undefined) skip(chromiumMissing)
  })
  afterAll(() => browser?.close())
}

/** A page, and what went wrong in it: errors, violations of the policy, requests to elsewhere. */
export async function openPage(
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; problems: string[]; requests: string[] }> {
  if (browser === undefined) throw new Error(chromiumMissing)
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(patiently.timeout)
  const problems: string[] = []
  const requests: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) problems.push(message.text())
  })
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(url)
  return { page, problems, requests }
}

/** The card of a breaker in trouble. */
export function card(page: Page, name: string): Locator {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) })
}
