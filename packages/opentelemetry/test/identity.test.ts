import { CircuitBreaker } from '@cb/core'
import { expect, onTestFinished, test } from 'vitest'
import { instrumentCircuitBreakers } from '../src/index.ts'
import { inMemory } from './in-memory.ts'

/** The attributes that identify a breaker of this name in its span. */
function identityOf(name: string): Record<string, unknown> {
  const { tracerProvider, transitions } = inMemory()
  onTestFinished(instrumentCircuitBreakers({ tracerProvider }))
  new CircuitBreaker({ name }).forceOpen()
  const identity = Object.entries(transitions()[0]?.attributes ?? {}).filter(([key]) => /name$|^server/.test(key))
  return Object.fromEntries(identity)
}

test.each([
  ['https://api.example.com', 'api.example.com', 443],
  ['http://api.example.com', 'api.example.com', 80],
  ['http://10.0.0.7:8080', '10.0.0.7', 8080],
  ['https://[::1]:8443', '::1', 8443],
  ['http://host:80', 'host', 80],
])('a breaker with the name of the origin %s has its server.address and server.port', (name, address, port) => {
  expect(identityOf(name)).toEqual({ 'circuit_breaker.name': name, 'server.address': address, 'server.port': port })
})

test.each([
  'payments',
  'api.example.com',
  'https://api.example.com/pay',
  'https://',
  'http://host:99999',
  'ftp://host',
])('a breaker named %s has no server', (name) => expect(identityOf(name)).toEqual({ 'circuit_breaker.name': name }))

test.each([
  ['ten kilobytes', 'x'.repeat(10_000), 'x'.repeat(256)],
  ['control characters', 'pay\u001b[31m\n\u0000ments\u0085', 'pay\uFFFD[31m\uFFFD\uFFFDments\uFFFD'],
  ['half a surrogate pair', 'pay\uD83D', 'pay\uFFFD'],
  ['a surrogate pair at the limit', `${'x'.repeat(255)}💳`, `${'x'.repeat(255)}\uFFFD`],
  ['letters of all kinds', 'Zahlung für 支付 💳', 'Zahlung für 支付 💳'],
])('a name of %s is sent in a form that every backend accepts', (_, name, sent) => {
  expect(identityOf(name)).toEqual({ 'circuit_breaker.name': sent })
})

test('an origin of ten kilobytes is cut, and has no server.address', () => {
  expect(identityOf(`http://${'x'.repeat(10_000)}`)).toEqual({
    'circuit_breaker.name': `http://${'x'.repeat(249)}`,
  })
})
