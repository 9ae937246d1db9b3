import { expect, test } from 'vitest'
import { CircuitOpenError, findCircuitOpenError } from '../src/index.ts'

const rejection = new CircuitOpenError('payments', 'open', 5)
const wrapped = (times: number): unknown =>
  times === 0 ? rejection : new Error('no offers', { cause: wrapped(times - 1) })

test.each([0, 1, 8])('finds the rejection under %i errors around it', (times) => {
  expect(findCircuitOpenError(wrapped(times))).toBe(rejection)
})

test('finds the nearest of several', () => {
  const nearest = Object.assign(new CircuitOpenError('a', 'half-open', 1), { cause: rejection })
  expect(findCircuitOpenError(new Error('x', { cause: nearest }))).toBe(nearest)
})

test('finds a rejection of another copy of the package', () => {
  const other = Object.assign(new Error('open'), { '@cb/core/CircuitOpenError': true })
  expect(findCircuitOpenError(new Error('x', { cause: other }))).toBe(other)
})

const circle = new Error('circle')
circle.cause = circle
const hostile = Object.defineProperty(new Error('x'), 'cause', {
  get() {
    throw new Error('no')
  },
})

test.each([
  ['an error without causes', new Error('down')],
  ['too many errors around it', wrapped(9)],
  ['a circle of causes', circle],
  ['a cause that throws', hostile],
  ['text', 'ECIRCUITOPEN'],
  ['null', null],
  ['undefined', undefined],
])('finds none in %s', (_, error) => {
  expect(findCircuitOpenError(error)).toBeUndefined()
})
