import { Agent } from 'node:http'
import { type Dependency, dependency } from '@cb/test-kit'
import type { AxiosAdapter, AxiosStatic } from 'axios'
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
    const rows = outcomeRows.filter((row) => (row.only ?? adapter) === adapter && row.hangsIn !== axios.VERSION)
    test.each(rows.filter((row) => row.outcome === outcome))(
      `$what leaves a half-open breaker ${stateAfter[outcome]}`,
      async ({ request, code }) => {
        const { breaker, outcomes, options } = halfOpen()
        expect(breaker.state).toBe('half-open')

        const instance = axios.create({ adapter, httpAgent: new Agent() }) // which keeps no connection alive
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

  test.each(
    ['status', 'headers', 'data'].flatMap((name) => [undefined, 60_000].map((callTimeout) => ({ name, callTimeout }))),
  )('a response whose $name can not be read settles its probe, with the call timeout $callTimeout', async (row) => {
    const { name, callTimeout } = row
    const { breaker, options } = halfOpen()
    const unreadable = { get: () => expect.unreachable('read') }
    const respond: AxiosAdapter = async (config) =>
      Object.defineProperty({ config, status: 200, statusText: '', headers: {}, data: '' }, name, unreadable)
    const circuitBreaker = callTimeout === undefined ? {} : { callTimeout }
    await attempt(axios.create(), (it) => it.get('/', { adapter: respond, circuitBreaker }), options)
    expect(breaker.state).not.toBe('half-open')
  })
}
