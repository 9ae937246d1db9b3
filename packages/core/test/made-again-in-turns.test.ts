import { expect, test, vi } from 'vitest'
import { CircuitBreaker } from '../src/index.ts'

test('breakers of two names that are made again and again in turns are both noticed', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  for (let request = 0; request < 2_000; request++) new CircuitBreaker({ name: `in turns ${request % 2}` })
  expect(error.mock.calls.map(([words]) => words)).toEqual([
    expect.stringContaining('"in turns 0"'),
    expect.stringContaining('"in turns 1"'),
  ])
  error.mockRestore()
})
