import { describe, expect, test } from 'vitest'
import { step } from '../src/step.ts'
import { explore } from './explore.ts'
import { mutated } from './mutated.ts'

const bounds = {
  ...{ processes: 2, quorum: 1, limit: 1, successesNeeded: 1 },
  ...{ crashes: 0, losses: 0, doubles: 0, forgets: 0, overrides: 0, callEvery: 0 },
}

describe('in every state that a fleet of two can reach, each rule holds and closed is within reach', () => {
  test.each([
    { what: 'while a process crashes', states: 67_836, ...bounds, crashes: 1 },
    {
      what: 'with two votes needed, while a message or a reply is lost',
      states: 84_384,
      ...bounds,
      quorum: 2,
      losses: 1,
    },
    { what: 'while an operation is run twice', states: 79_124, ...bounds, doubles: 1 },
    { what: 'while the store forgets all', states: 81_303, ...bounds, forgets: 1 },
    { what: 'while an operator overrides', states: 103_433, ...bounds, overrides: 1 },
    { what: 'with calls farther apart than a lease lasts', states: 37_422, ...bounds, callEvery: 3 },
    {
      what: 'with two probes at once, of which one process has both',
      states: 55_213,
      ...bounds,
      processes: 1,
      limit: 2,
      successesNeeded: 2,
      crashes: 1,
      losses: 1,
      doubles: 1,
      forgets: 1,
    },
  ])('$what: $states states', ({ states, what: _, ...world }) => {
    expect(explore(world, step)).toMatchObject({ states, violation: undefined })
  })
})

describe('a step with a mistake is caught', () => {
  test.each([
    ['leases that never expire', 'leases: live(state.leases, now)', 'leases: state.leases', { crashes: 1 }],
    [
      'a report that needs no lease',
      ' || state.leases[token] === undefined) return state\n  const {',
      ') return state\n  const {',
      { losses: 1 },
    ],
    [
      'a report that frees any lease',
      '{ [token]: _, ...leases }',
      '{ [Object.keys(state.leases)[0] as string]: _, ...leases }',
      { limit: 2, successesNeeded: 2 },
    ],
    [
      'votes of an earlier epoch',
      "if (state.state !== 'closed' || seen < state.epoch || (until > 0",
      "if (state.state !== 'closed' || (until > 0",
      { quorum: 2 },
    ],
    ['a neutral report that counts as a success', "outcome === 'success'", "outcome !== 'failure'", {}],
    [
      'a lease for a process, not for a permit',
      'const { seen, instance, stay } = operation',
      'const { seen, instance, stay } = operation; if (operation.token) operation = { ...operation, token: instance }',
      {},
    ],
    ['leases beyond the limit', ' || size(state.leases) >= limit', '', {}],
    [
      'epochs that start again after the store has forgotten',
      'Math.max(known.epoch + 1, seen + 1, now * 1_000)',
      'known.epoch + 1',
      { forgets: 1 },
    ],
    [
      'a neutral report that keeps its lease',
      'return { ...state, leases, successes, failures }',
      'return { ...state, successes, failures }',
      { crashes: 1 },
    ],
    ['an open state that no lease ends', 'if (isForgotten || isDue)', 'if (isForgotten)', {}],
    [
      'a renewal that revives a lease',
      'seen === state.epoch && state.leases[token] !== undefined',
      'seen === state.epoch',
      { callEvery: 3 },
    ],
  ])('%s', async (_, from, to, more) => {
    expect(explore({ ...bounds, ...more }, await mutated(from, to)).violation).toBeDefined()
  })
})
