import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { judge, type Row } from '../src/judge.js'
import { readmeFile, withResults } from '../src/readme.js'
import { scenarios } from '../src/scenarios/index.js'
import { withFakeTime } from '../src/time.js'

describe('head to head', () => {
  let rows: Row[]
  beforeAll(async () => {
    rows = await judge()
  })

  test.each(scenarios.map(({ id, title }) => ({ id, title })))('@cb/core: $title ($id)', ({ id }) => {
    const row = rows.find(({ scenario }) => scenario.id === id)
    expect(row?.results['@cb/core']).toEqual({ verdict: 'pass', saw: '' })
  })

  test('README.md says what each library does; `pnpm start --write` brings it up to date', async () => {
    const readme = await readFile(readmeFile, 'utf8')
    expect(withResults(readme, rows)).toBe(readme)
  })
})

describe('the scenarios', () => {
  const needOnlyACall = scenarios.filter(({ realTime }) => realTime !== true)

  test.each(needOnlyACall.map((scenario) => ({ scenario, title: scenario.title })))(
    'a function without a breaker does not pass: $title',
    async ({ scenario }) => {
      const bare = {
        call: (fn: () => Promise<unknown>) => fn(),
        listen() {},
        open: async () => {},
        fill: async () => [],
      }
      const played = withFakeTime((time) => scenario.play(() => bare, time))
      await expect(played.then((saw) => saw ?? 'passed', String)).resolves.not.toBe('passed')
    },
  )
})
