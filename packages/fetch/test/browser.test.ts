import { readFile } from 'node:fs/promises'
import { chromiumMissing, chromiumPath, dependency, listen, refusedOrigin } from '@cb/test-kit'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'

const after = { success: 'success, closed', failure: 'failure, open', ignored: 'ignored, half-open' }
const all = (names: readonly string[], outcome: keyof typeof after) => names.map((name) => `${name}: ${after[outcome]}`)
const statuses = (...codes: number[]) => codes.map((code) => `status ${code}`)

const expected = [
  ...all(statuses(200, 204, 404), 'success'),
  ...all(statuses(408, 425, 429, 500, 502, 503, 504), 'failure'),
  ...all(['invalid form', 'an opaque response', 'a redirect', 'a manual redirect'], 'success'),
  ...all(['connection refused', 'unknown host', 'reset', 'gone', 'invalid HTTP', 'blocked by CORS'], 'failure'),
  ...all(['cut text', 'cut json', 'cut form', 'cut reader', 'cut clone'], 'failure'),
  ...all(['timeout', 'timeout in the body', 'call timeout', 'call timeout in the body'], 'failure'),
  ...all(['abort', 'abort for a reason', 'abort in the body', 'abort before', 'reader cancelled'], 'ignored'),
  ...all(['bad URL', 'bad header', 'bad method', 'bad body'], 'ignored'),
  ...all(['silent text', 'body of text', 'body of a clone'], 'failure'),
  ...['Retry-After in seconds: 6', 'Retry-After as a date: 12', 'RateLimit-Reset: 6'],
  'Retry-After hidden by CORS: 0',
]

/** The files of the page. */
const files: Record<string, URL> = {
  scenario: new URL('browser-scenario.js', import.meta.url),
  fetch: new URL('../dist/', import.meta.url),
  core: new URL('.', import.meta.resolve('@cb/core')),
}
const imports = { '@cb/core': '/core/index.js', '@cb/fetch': '/fetch/index.js' }
const html = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`

test('a request of a page counts, and leads to a state, as the table says, however it ends', {
  timeout: 120_000,
}, async ({ skip }) => {
  const executablePath = chromiumPath()
  if (executablePath === undefined) {
    if (process.env['CI']) throw new Error(chromiumMissing)
    console.warn(chromiumMissing)
    return skip(chromiumMissing)
  }
  await using service = await dependency()
  const server = await listen(async ({ url = '/' }, response) => {
    const [, folder = '', file = ''] = url.split('/')
    const home = files[folder]
    if (folder === 'elsewhere') response.writeHead(302, { location: '/' })
    else response.setHeader('content-type', home === undefined ? 'text/html' : 'text/javascript')
    response.end(home === undefined ? html : await readFile(new URL(file, home)))
  })
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
  try {
    const page = await browser.newPage()
    await page.goto(server.origin)
    const origins = { service: service.origin, page: server.origin, refused: await refusedOrigin() }
    const seen = await page.evaluate(
      `import('/scenario/').then(({ scenario }) => scenario(${JSON.stringify(origins)}))`,
    )
    expect(seen).toEqual(expected)
  } finally {
    await browser.close()
    await server.close()
  }
})
