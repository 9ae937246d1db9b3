import type { Outcome } from '@cb/core'
import { type Dependency, dependency, until } from '@cb/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { protectFetch } from '../src/index.ts'
import { errorOf, fetches, halfOpen, observedFetch, turn } from './attempt.ts'
import { fakeRows, outcomeRows } from './outcome-rows.ts'

let service: Dependency
beforeAll(async () => {
  service = await dependency()
})
afterAll(() => service.close())

/** The state of a half-open breaker after an outcome, if it closes on a success and opens on a failure. */
const stateAfter: Record<Outcome, string> = { success: 'closed', failure: 'open', ignored: 'half-open' }

describe.each(fetches)('through %s', (_name, bare) => {
  describe.each(['success', 'failure', 'ignored'] as const)('counts as %s:', (outcome) => {
    test.each(outcomeRows.filter((row) => row.outcome === outcome))('$what', async ({ request, code }) => {
      const { fetch, outcomes, outcomeNames } = observedFetch(bare)
      const error = await errorOf(request(fetch, service.origin))
      await until(() => outcomes.length > 0)
      await turn()
      expect(outcomeNames()).toEqual([outcome])
      const event = outcomes[0]?.error as { code?: string; cause?: { code?: string } } | undefined
      if (outcome === 'success') expect(event).toBeUndefined()
      else if (code?.startsWith('HTTP_')) expect(event).toMatchObject({ code })
      else if (event === undefined) expect([outcome, error.name]).toEqual(['ignored', 'TypeError'])
      else expect(event).toBe(error)
      if (code !== undefined) expect([event?.code, event?.cause?.code]).toContain(code)
    })

    test.each(outcomeRows.filter((row) => row.outcome === outcome))(
      `a probe that ends as $what leaves the breaker ${stateAfter[outcome]}`,
      async ({ request }) => {
        const { breaker, options } = halfOpen()
        expect(breaker.state).toBe('half-open')
        await errorOf(request(protectFetch(bare, options), service.origin))
        await turn()
        expect(breaker.state).toBe(stateAfter[outcome])
      },
    )
  })
})

describe('from a fetch of the user, counts', () => {
  test.each(fakeRows)('%s as %s', async (_what, outcome, answer) => {
    const { fetch, outcomeNames } = observedFetch((async () => answer()) as typeof globalThis.fetch)
    await errorOf(fetch('http://api.example/'))
    await until(() => outcomeNames().length > 0)
    await turn()
    expect(outcomeNames()).toEqual([outcome])
  })

  test.each(
    ['status', 'headers', 'body'].flatMap((name) => [
      [name, 'no', {}] as const,
      [name, 'a', { callTimeout: 60_000 }] as const,
    ]),
  )(
    'a response whose %s throws as a probe with %s call timeout, which the caller still gets',
    async (name, _limit, circuitBreaker) => {
      const response = Object.defineProperty(new Response('hello'), name, { get: () => expect.unreachable('read') })
      const { breaker, options } = halfOpen()
      const plain: typeof globalThis.fetch = async () => response
      const fetch = protectFetch(plain, options)
      expect(await fetch('http://api.example/', { circuitBreaker })).toBe(response)
      await turn()
      expect(breaker.state).not.toBe('half-open')
    },
  )

  test('a throw before there is a promise', async () => {
    const { fetch, outcomeNames } = observedFetch(() => {
      throw new Error('oops')
    })
    expect(await errorOf(fetch('http://api.example/'))).toMatchObject({ message: 'oops' })
    expect(outcomeNames()).toEqual(['failure'])
  })

  test('the same response returned twice as two calls', async () => {
    const response = new Response('hello')
    const { fetch, outcomeNames } = observedFetch(async () => response)
    await fetch('http://api.example/')
    await turn()
    await fetch('http://api.example/')
    await until(() => outcomeNames().length === 2)
    await response.text()
    await fetch('http://api.example/')
    expect(outcomeNames()).toEqual(['success', 'success', 'success'])
  })
})
