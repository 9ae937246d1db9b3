import { CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import { expect, test } from 'vitest'
import { guard, type HealthOptions, health } from '../src/index.ts'

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
  [
    'critical with a number',
    { breakers, critical: ['a', 1] },
    "critical must be an array of breakers' names, got an array with 1",
  ],
  [
    'critical with a breaker',
    { breakers, critical: breakers },
    'critical must be an array of breakers\' names, got an array with a CircuitBreaker; use the name of the breaker, "reports"',
  ],
  [
    'critical with a guard',
    { breakers, critical: [guard({ name: 'users' })] },
    'got an array with a guard; use the name of the breaker, "users"',
  ],
  [
    'critical as a breaker',
    { breakers, critical: breakers[0] },
    'critical must be an array of breakers\' names, got a CircuitBreaker; use the name of the breaker, "reports"',
  ],
  [
    'critical with another object',
    { breakers, critical: [{ allOf: ['a'] }] },
    "critical must be an array of breakers' names, got an array with an object; a group is { anyOf: [names] }",
  ],
  [
    'a group with another option',
    { breakers, critical: ['a', { anyOf: ['a'], min: 1 }] },
    'unknown option "min" in critical[1]; known options: anyOf',
  ],
  ['a group without names', { breakers, critical: [{ anyOf: [] }] }, 'critical[0].anyOf must have a name'],
  [
    'a group that is no array',
    { breakers, critical: [{ anyOf: 'reports' }] },
    'critical[0].anyOf must be an array of breakers\' names, got "reports"',
  ],
  [
    'a group of breakers',
    { breakers, critical: [{ anyOf: breakers }] },
    'critical[0].anyOf must be an array of breakers\' names, got an array with a CircuitBreaker; use the name of the breaker, "reports"',
  ],
  [
    'critical with an empty name',
    { breakers, critical: [''] },
    'critical must be an array of breakers\' names, got an array with ""',
  ],
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
