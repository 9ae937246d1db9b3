import { listen } from '@cb/test-kit'
import { expect, onTestFinished, test } from 'vitest'
import type { Piece } from '../src/dashboard.ts'
import { Load } from '../src/load.ts'

test('the warm-up continues until all responses are live, and is not counted', async () => {
  const live: Piece = { source: 'live', tookMs: 1, data: {} }
  const open: Piece = { source: 'fallback', why: 'circuit-open', tookMs: 1, data: null, ageMs: null }
  let dashboards = 0
  const { origin, close } = await listen((request, response) => {
    const isDashboard = request.method === 'GET'
    if (isDashboard) dashboards++
    const user = dashboards > 250 ? live : open
    const body = isDashboard ? { pieces: { user, order: live, payment: live } } : {}
    response.writeHead(isDashboard ? 200 : 201).end(JSON.stringify(body))
  })
  onTestFinished(close)
  const answers: unknown[] = []
  await new Load([origin], (answer) => answers.push(answer)).warmUp()
  expect(dashboards).toBe(280) // the thirteenth round of 20 was not all live, the fourteenth was
  expect(answers).toEqual([])
})
