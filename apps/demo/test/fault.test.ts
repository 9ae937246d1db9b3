import { expect, test } from 'vitest'
import { InvalidFault, parseFault } from '../src/fault.ts'

test.each([
  [{ mode: 'healthy' }, { mode: 'healthy' }],
  [{ mode: 'slow' }, { mode: 'slow', rate: 1, latency: 2_000 }],
  [
    { mode: 'failing', rate: 0.25 },
    { mode: 'failing', rate: 0.25, latency: 0 },
  ],
  [
    { mode: 'hanging', for: 1 },
    { mode: 'hanging', rate: 1, for: 1 },
  ],
  [
    { mode: 'down', for: 3_600_000 },
    { mode: 'down', for: 3_600_000 },
  ],
])('%j is parsed as the fault %j', (body, fault) => {
  expect(parseFault(body)).toEqual(fault)
})

test.each([
  ['mode', {}, 'mode must be one of healthy, slow, failing, hanging, down, got nothing'],
  ['mode', { mode: 'toString' }, 'got "toString"'],
  ['rate', { mode: 'slow', rate: 0 }, 'rate must be a number > 0 and <= 1, got 0'],
  ['rate', { mode: 'hanging', rate: 1.01 }, 'got 1.01'],
  ['rate', { mode: 'hanging', rate: '1' }, 'got "1"'],
  ['latency', { mode: 'slow', latency: -1 }, 'latency must be a number of milliseconds from 0 to 60000, got -1'],
  ['latency', { mode: 'failing', latency: 60_001 }, 'got 60001'],
  [
    'latency',
    { mode: 'hanging', latency: 5 },
    '"latency" is not a field of mode "hanging"; allowed fields: mode, rate, for',
  ],
  ['for', { mode: 'down', for: 0 }, 'for must be a number of milliseconds from 1 to 3600000, got 0'],
  ['for', { mode: 'down', for: null }, 'got null'],
  ['for', { mode: 'healthy', for: 10 }, '"for" is not a field of mode "healthy"; allowed fields: mode'],
  ['speed', { mode: 'slow', speed: 'x'.repeat(99) }, '"speed" is not a field of mode "slow"'],
])('an invalid %s in %j is named in the error', (field, body, message) => {
  const parse = () => parseFault(body)
  expect(parse).toThrow(InvalidFault)
  expect(parse).toThrow(expect.objectContaining({ field, message: expect.stringContaining(message) }))
})

test.each([null, [], 'down', 7, undefined])('%j is not a fault', (body) => {
  expect(() => parseFault(body)).toThrow('the body must be a JSON object')
})
