import { createHash } from 'node:crypto'
import type { RequestHandler } from 'express'
import { serviceNames } from './services.ts'

const faults = { hanging: 'hang', down: 'shut down', failing: 'fail', slow: 'slow down' } as const

/** So that a fault that was forgotten does not fail the scenario, which waits until all breakers are closed. */
const faultFor = 10_000

const style = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
  fieldset { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 1rem; border: 1px solid gray; border-radius: .5rem }
  button { font: inherit; padding: .25rem .75rem }
`

const script = `
  const result = document.querySelector('output')
  async function simulate({ service, mode }) {
    const fault = mode === 'healthy' ? { mode } : { mode, for: ${faultFor} }
    const headers = { 'content-type': 'application/json' }
    const response = await fetch('simulate-failure/' + service, { method: 'POST', headers, body: JSON.stringify(fault) })
    if (!response.ok) return 'The gateway responded with ' + response.status + '.'
    return service + ': ' + mode + (mode === 'healthy' ? '' : ' for ${faultFor / 1_000} s')
  }
  document.addEventListener('click', async ({ target }) => {
    if (target.dataset.mode) result.textContent = await simulate(target.dataset).catch(() => 'The demo has ended.')
  })
`

const services = serviceNames.map((service) => {
  const buttons = Object.entries({ ...faults, healthy: 'heal' }).map(
    ([mode, label]) => `<button type="button" data-service="${service}" data-mode="${mode}">${label}</button>`,
  )
  return `<fieldset><legend>${service}</legend>${buttons.join('\n')}</fieldset>`
})

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The demo</title>
<style>${style}</style>
<h1>The demo</h1>
<p>The demo sends requests to a gateway, which calls three services. Break one, and watch its breakers on the
<a href="breakers/">live page</a>. A fault ends after ${faultFor / 1_000} seconds. In its first half minute the demo itself breaks and
heals payment.</p>
${services.join('\n')}
<p><output></output></p>
<script>${script}</script>
</html>
`

const policy = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** `GET /`: a page with buttons that break and heal each service. */
export const home: RequestHandler = (_request, response) => {
  response.set({ 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' }).type('html').send(page)
}
