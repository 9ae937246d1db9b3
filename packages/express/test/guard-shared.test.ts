import { CircuitBreaker, shareState } from '@cb/core'
import { listen } from '@cb/test-kit'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { guard } from '../src/index.ts'

test.each([true, false])(
  'the first request of a shared half-open breaker waits for its lease (granted: %s)',
  async (comes) => {
    const breaker = new CircuitBreaker({ name: 'shared' })
    const reports: string[] = []
    let isGranted = false
    const shared = shareState(breaker, {
      take: () => (isGranted ? { settle: (outcome) => reports.push(outcome) } : 1),
      async ready() {
        await new Promise(setImmediate)
        isGranted = comes
      },
      isConnected: true,
    })
    const decision = { state: 'half-open', remaining: 0, attempt: 1, override: null } as const
    shared.adopt({ ...decision, reason: 'of the fleet', note: '', by: '' })
    const app = express().use(guard({ breaker }), (_request, response) => void response.send('well'))
    const { origin, close } = await listen(app)
    onTestFinished(close)
    expect((await fetch(origin)).status).toBe(comes ? 200 : 503)
    expect(reports).toEqual(comes ? ['success'] : [])
  },
)
