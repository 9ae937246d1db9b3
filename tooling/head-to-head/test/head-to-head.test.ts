import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { readmeFile, withResults } from '../src/readme.js'
import { playAll, type Row } from '../src/results.js'
import { scenarios } from '../src/scenarios/index.js'
import { withFakeTime } from '../src/time.js'

describe('head to head', () => {
  let rows: Row[]
  beforeAll(async () => {
    rows = await playAll()
  })

  test.each(scenarios.map(({ id, title }) => ({ id, title })))('@cb/core: $title ($id)', ({ id }) => {
    const row = rows.find(({ scenario }) => scenario.id === id)
    expect(row?.results['@cb/core']).toEqual({ status: 'pass', finding: '' })
  })

  test('README.md has the results of this run; `pnpm start --write` updates it', async () => {
    const readme = await readFile(readmeFile, 'utf8')
    expect(withResults(readme, rows)).toBe(readme)
  })
})

describe('the scenarios', () => {
  const withFakeClock = scenarios.filter(({ realTime }) => realTime !== true)

  test.each(withFakeClock.map((scenario) => ({ scenario, title: scenario.title })))(
    'a function without a breaker does not pass: $title',
    async ({ scenario }) => {
      const bare = {
        call: (fn: () => Promise<unknown>) => fn(),
        listen() {},
        open: async () => {},
        fill: async () => [],
      }
      const played = withFakeTime((time) => scenario.play(() => bare, time))
      await expect(played.then((finding) => finding ?? 'passed', String)).resolves.not.toBe('passed')
    },
  )
})
