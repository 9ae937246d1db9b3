import { type Dependency, dependency } from '@cb/test-kit'
import type { AxiosStatic } from 'axios'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attempt, halfOpen } from './attempt.ts'
import { localRows } from './rows/local-rows.ts'
import { networkRows } from './rows/network-rows.ts'
import { statusRows } from './rows/status-rows.ts'
import { timeRows } from './rows/time-rows.ts'

const outcomeRows = [...statusRows, ...networkRows, ...timeRows, ...localRows]

/** The state of a half-open breaker after one outcome. */
const stateAfter = { success: 'closed', failure: 'open', ignored: 'half-open' } as const

/** Tests every row of the table over real sockets, each as one probe of a half-open breaker. */
export function outcomeTable(axios: AxiosStatic, adapter: 'http' | 'fetch'): void {
  let service: Dependency
  beforeAll(async () => {
    service = await dependency()
  })
  afterAll(() => service.close())

  describe.each(['success', 'failure', 'ignored'] as const)('counts as %s:', (outcome) => {
    test.each(outcomeRows.filter((row) => row.outcome === outcome && (row.only ?? adapter) === adapter))(
      `$what leaves a half-open breaker ${stateAfter[outcome]}`,
      async ({ request, code }) => {
        const { breaker, outcomes, options } = halfOpen()
        expect(breaker.state).toBe('half-open')

        const instance = axios.create({ adapter })
        const { error } = await attempt(instance, (it) => request(it, service, axios), options)
        expect(outcomes.map((event) => event.outcome)).toEqual([outcome])
        expect(breaker.state).toBe(stateAfter[outcome])
        const counted = outcomes[0]?.error as { code?: string; cause?: unknown } | undefined
        if (code !== undefined) expect(counted?.code).toBe(code)
        if (outcome === 'success') expect(counted).toBeUndefined()
        else if (code?.startsWith('HTTP_')) expect(counted?.cause).toBe(error)
        else expect(counted).toBe(error)
      },
    )
  })
}
