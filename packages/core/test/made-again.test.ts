import { expect, test, vi } from 'vitest'
import { CircuitBreaker, CircuitBreakerRegistry } from '../src/index.ts'

test('a breaker that is made for each request is noticed, and said once', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  for (let request = 0; request < 999; request++) new CircuitBreaker({ name: 'per request' })
  expect(error).not.toHaveBeenCalled()
  for (let request = 0; request < 3_000; request++) new CircuitBreaker({ name: 'per request' })
  expect(error).toHaveBeenCalledOnce()
  expect(error.mock.calls[0]?.[0]).toContain('"per request"')
  error.mockRestore()
})

test('many breakers of different names are not', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const registry = new CircuitBreakerRegistry({ maxSize: 100 })
  for (let n = 0; n < 20_000; n++) registry.get(`host-${n}`)
  expect(error).not.toHaveBeenCalled()
  error.mockRestore()
})
