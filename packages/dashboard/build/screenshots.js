import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { CircuitBreakerRegistry } from '@cb/core'
import { dashboard } from '@cb/dashboard'
import { chromium } from 'playwright-core'
import { serveOutage } from './outage.js'

// Writes pictures of the page into reports/screenshots: desktop and phone, light and dark; and those of the README.

const folder = fileURLToPath(new URL('../reports/screenshots/', import.meta.url))
const pictures = fileURLToPath(new URL('../screenshots/', import.meta.url))
mkdirSync(folder, { recursive: true })
const sizes = { desktop: { width: 1366, height: 768 }, phone: { width: 390, height: 844 } }

const outage = await serveOutage()
const fleet = await serveOutage({ withFleet: true })
const empty = createServer(dashboard({ registry: new CircuitBreakerRegistry() }))
await new Promise((resolve) => empty.listen(0, '127.0.0.1', () => resolve(undefined)))
const emptyPort = /** @type {import('node:net').AddressInfo} */ (empty.address()).port

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
for (const [device, viewport] of Object.entries(sizes)) {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const context = await browser.newContext({ viewport, colorScheme, deviceScaleFactor: device === 'phone' ? 2 : 1 })
    const page = await context.newPage()
    const shoot = (/** @type {string} */ what, fullPage = false) =>
      page.screenshot({ path: `${folder}${what}-${device}-${colorScheme}.png`, fullPage })
    await page.goto(outage.origin)
    await page.waitForSelector('.card')
    await page.waitForTimeout(12_000) // for traffic to look at
    await shoot('list')
    if (device === 'desktop') await shootForReadme(page, colorScheme)
    await shoot('list-whole', true)
    await page.locator('.table').scrollIntoViewIfNeeded()
    await page.mouse.wheel(0, 600)
    await page.waitForTimeout(300)
    await shoot('table')
    await page.goto(`${outage.origin}/#/breaker/payments`)
    await page.waitForSelector('.config')
    await page.waitForTimeout(3_000)
    await shoot('breaker', true)
    await page.getByRole('button', { name: 'Force open…' }).click()
    await shoot('confirmation')
    await page.keyboard.press('Escape')
    await page.goto(`${outage.origin}/#/breaker/orders`)
    await page.waitForTimeout(8_000)
    await shoot('healthy', true)
    await page.goto(`http://127.0.0.1:${emptyPort}`)
    await page.waitForSelector('.empty')
    await shoot('empty')
    await page.goto(fleet.origin)
    await page.waitForSelector('.fleet')
    await shoot('fleet', true)
    await page.goto(`${fleet.origin}/#/breaker/sms-gateway`)
    await page.waitForSelector('.config')
    await shoot('fleet-breaker')
    await page.getByRole('button', { name: 'Resume…' }).click()
    await shoot('fleet-confirmation')
    await context.close()
  }
}

/** As WebP, which is a third of a PNG. @param {import('playwright-core').Page} page @param {string} name */
async function shootForReadme(page, name) {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 })
  writeFileSync(`${pictures}${name}.webp`, Buffer.from(data, 'base64'))
}

const context = await browser.newContext({ viewport: sizes.desktop })
const page = await context.newPage()
await page.goto(outage.origin)
await page.waitForSelector('.card')
outage.close()
fleet.close()
await page.waitForSelector('.stale-note')
await page.screenshot({ path: `${folder}stale-desktop-light.png` })
await browser.close()
empty.close()
console.log(`reports/screenshots has the pictures`)
