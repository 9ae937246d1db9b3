import type { AxiosStatic } from 'axios'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attempt } from './attempt.ts'
import { type Dependency, dependency } from './dependency.ts'
import { outcomeRows } from './outcome-rows.ts'

/** Tries every row of the table over real sockets, each as one attempt with one outcome. */
export function outcomeTable(axios: AxiosStatic, adapter: 'http' | 'fetch'): void {
  let service: Dependency
  beforeAll(async () => {
    service = await dependency()
  })
  afterAll(() => service.close())

  describe.each(['success', 'failure', 'ignored'] as const)('counts as %s:', (outcome) => {
    test.each(outcomeRows.filter((row) => row.outcome === outcome && (row.only ?? adapter) === adapter))(
      '$what',
      async ({ request, code }) => {
        const instance = axios.create({ adapter })
        const { outcomes, error } = await attempt(instance, (it) => request(it, service.origin, axios))
        expect(outcomes.map((event) => event.outcome)).toEqual([outcome])
        const told = outcomes[0]?.error as { code?: string; cause?: unknown } | undefined
        if (code !== undefined) expect(told?.code).toBe(code)
        if (outcome === 'success') expect(told).toBeUndefined()
        else if (code?.startsWith('HTTP_')) expect(told?.cause).toBe(error)
        else expect(told).toBe(error)
      },
    )
  })
}
