import { CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import { expect, test } from 'vitest'
import { type AdminOptions, admin } from '../src/index.ts'

const breakers = [new CircuitBreaker({ name: 'reports' })]
const registry = new CircuitBreakerRegistry()
const authorize = () => 'ada'

test.each([
  ['nothing', undefined, 'admin must be an object, got undefined'],
  ['a registry itself', registry, 'admin must be an object, got an object'],
  ['no authorize', { breakers }, 'authorize must be a function, got undefined'],
  ['an authorize of true', { breakers, authorize: true }, 'authorize must be a function, got true'],
  [
    'an onAction that is not a function',
    { breakers, authorize, onAction: 'log' },
    'onAction must be a function, got "log"',
  ],
  ['an onAction of null', { breakers, authorize, onAction: null }, 'onAction must be a function, got null'],
  ['neither registry nor breakers', { authorize }, 'admin needs either a registry or breakers, and not both'],
  [
    'both registry and breakers',
    { registry, breakers, authorize },
    'admin needs either a registry or breakers, and not',
  ],
  ['an invalid registry', { registry: {}, authorize }, 'registry must be a reusable iterable of breakers'],
  [
    'breakers that can be iterated once',
    { breakers: breakers.values(), authorize },
    'breakers must be a reusable iterable',
  ],
  ['an invalid breaker', { breakers: [{}], authorize }, 'each of breakers must be a CircuitBreaker, got an'],
  [
    'an unknown option',
    { breakers, authorize, cors: true },
    'unknown option "cors" in admin; known options: registry, breakers',
  ],
])('admin throws for %s', (_name, options, message) => {
  const make = () => admin(options as unknown as AdminOptions)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(message)
})
