import { type Dependency, dependency } from '@cb/test-kit'
import axios from 'axios'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../../src/index.ts'
import { cancelling } from './cancelling.ts'
import { configuring } from './configuring.ts'
import { failing } from './failing.ts'
import { intercepting } from './intercepting.ts'
import { receiving } from './receiving.ts'
import { sending } from './sending.ts'
import { trace } from './trace.ts'
import { transferring } from './transferring.ts'

const scenarios = [
  ...intercepting,
  ...configuring,
  ...sending,
  ...receiving,
  ...transferring,
  ...cancelling,
  ...failing,
]

const ways: readonly [string, ProtectAxiosOptions][] = [
  ['', {}],
  [
    ' with every option',
    { defaults: { callTimeout: 60_000 }, writes: true, classify: () => undefined, settleAt: 'body' },
  ],
]

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())
afterEach(() => service.release())

describe.each(['http', 'fetch'] as const)(
  'through the %s adapter, a protected instance does the same as a bare one:',
  (adapter) => {
    test.each(scenarios.filter(({ only = adapter }) => only === adapter))('$what', async (scenario) => {
      const instance = () => axios.create({ baseURL: service.origin, adapter })
      const bare = await trace(scenario, { axios, instance: instance(), service, adapter })
      expect(bare).toMatchObject(scenario.shows)
      for (const [how, options] of ways) {
        const guarded = instance()
        const { registry } = protectAxios(guarded, options)
        expect(await trace(scenario, { axios, instance: guarded, service, adapter }), `protected${how}`).toEqual(bare)
        expect(registry.snapshot().every(({ state, totals }) => state === 'closed' && totals.late === 0)).toBe(true)
      }
    })
  },
)
