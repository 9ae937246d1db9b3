import { CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import { expect, test } from 'vitest'
import { type HealthOptions, health } from '../src/index.ts'

const breakers = [new CircuitBreaker({ name: 'reports' })]
const registry = new CircuitBreakerRegistry()

test.each([
  ['nothing', undefined, 'health must be an object, got undefined'],
  ['a string', 'reports', 'health must be an object, got "reports"'],
  [
    'an unknown option',
    { breakers, detail: true },
    'unknown option "detail" in health; known options: registry, breakers',
  ],
  ['neither registry nor breakers', {}, 'health needs either a registry or breakers, and not both'],
  ['both registry and breakers', { registry, breakers }, 'health needs either a registry or breakers, and not both'],
  ['an invalid registry', { registry: {} }, 'registry must be a reusable iterable of breakers'],
  ['a registry of null', { registry: null }, 'registry must be a reusable iterable of breakers'],
  ['breakers in a string', { breakers: 'reports' }, 'breakers must be a reusable iterable of breakers'],
  ['breakers that can be iterated once', { breakers: breakers.values() }, 'breakers must be a reusable iterable'],
  ['an invalid breaker', { breakers: [...breakers, {}] }, 'each of breakers must be a CircuitBreaker, got an'],
  ['an invalid breaker in a registry', { registry: new Map([['a', 1]]) }, 'each of registry must be a CircuitBreaker'],
  [
    'critical as a string',
    { breakers, critical: 'reports' },
    'critical must be an array of breakers\' names, got "rep',
  ],
  ['critical with no names', { breakers, critical: [1] }, "critical must be an array of breakers' names, got an array"],
  ['critical with an empty name', { breakers, critical: [''] }, "critical must be an array of breakers' names"],
  ['critical of null', { breakers, critical: null }, "critical must be an array of breakers' names, got null"],
  ['details as a string', { breakers, details: 'yes' }, 'details must be a boolean, got "yes"'],
  ['details as null', { breakers, details: null }, 'details must be a boolean, got null'],
])('health throws for %s', (_name, options, message) => {
  const make = () => health(options as unknown as HealthOptions)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(message)
})

test('a long string or a function does not appear in full in an error', () => {
  expect(() => health('x'.repeat(101) as never)).toThrow(`got "${'x'.repeat(100)}…"`)
  expect(() => health((() => 1) as never)).toThrow('got a function')
  expect(() => health(1n as never)).toThrow('got 1n')
})
