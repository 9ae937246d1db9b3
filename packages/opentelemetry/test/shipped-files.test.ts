import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { alertRules } from '../monitoring/alerts.ts'
import { dashboard } from '../monitoring/grafana-dashboard.ts'
import { shippedFiles } from '../monitoring/shipped-files.ts'
import manifest from '../package.json' with { type: 'json' }

test.each(Object.entries(shippedFiles))(
  '%s is written from the constants; `vitest run -u` writes it',
  async (file, content) => {
    await expect(content).toMatchFileSnapshot(fileURLToPath(new URL(`../${file}`, import.meta.url)))
  },
)

test.each(Object.keys(shippedFiles))('an application finds %s in the package', (file) => {
  expect(createRequire(import.meta.url).resolve(`@cb/opentelemetry/${file}`)).toMatch(
    new RegExp(`/opentelemetry/${file}$`),
  )
  expect(manifest.files).toContain(file)
})

test('no two panels of the dashboard overlap, and each has a title and a description', () => {
  const taken = new Set<string>()
  for (const panel of dashboard.panels ?? []) {
    if (!('description' in panel) || panel.gridPos === undefined)
      throw new Error(`panel ${panel.id} has no description or position`)
    const { x, y, w } = panel.gridPos
    expect(`${panel.title}: ${panel.description}`).toMatch(/^\S.*: \S/)
    expect(x + w).toBeLessThanOrEqual(24)
    for (let column = x; column < x + w; column++) {
      expect(taken).not.toContain(`${column},${y}`)
      taken.add(`${column},${y}`)
    }
  }
})

test.each(alertRules().groups[0].rules)(
  'the runbook that $alert links to says what it means',
  async ({ alert, annotations }) => {
    const file = 'RUNBOOK.md'
    expect(annotations.runbook_url).toBe(`https://unpkg.com/@cb/opentelemetry/${file}#${alert.toLowerCase()}`)
    expect(manifest.files).toContain(file)
    const runbook = await readFile(new URL(`../${file}`, import.meta.url), 'utf8')
    expect(runbook).toContain(`\n## ${alert}\n\n**Meaning.** `)
  },
)

test('a breaker in shadow mode can be chosen on the dashboard', () => {
  const variables = JSON.stringify(dashboard.templating)
  expect(variables).toContain('circuit_breaker_name')
  expect(variables).not.toContain('circuit_breaker_shadow')
})
