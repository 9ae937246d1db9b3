import { type Dependency, dependency } from '@cb/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { fetches } from './attempt.ts'
import { allScenarios } from './scenarios.ts'

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())

describe.each(fetches)('%s does the same with and without protection:', (_name, bare) => {
  test.each(allScenarios)('%s', async (_what, run) => {
    const usual = await run(bare, service.origin)
    expect(usual).toBeDefined()
    expect(await run(protectFetch(bare), service.origin)).toEqual(usual)
  })
})

describe.each(fetches)('%s does the same with a call timeout that is not reached:', (_name, bare) => {
  test.each(allScenarios)('%s', async (_what, run) => {
    const usual = await run(bare, service.origin)
    const limited = protectFetch(bare, { defaults: { callTimeout: 60_000 } })
    expect(await run(limited, service.origin)).toEqual(usual)
  })
})
