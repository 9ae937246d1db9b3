import { expect, test } from 'vitest'
import { parseArguments } from '../src/arguments.js'

test('without arguments everything is measured on this Node', () => {
  const node = Number(process.versions.node.split('.')[0])
  expect(parseArguments([])).toEqual({ quick: false, write: false, only: [], nodes: [node] })
})

test('cases and versions of Node can be chosen', () => {
  expect(parseArguments(['--quick', '--only', 'success,failure', '--nodes', '22,24'])).toEqual({
    quick: true,
    write: false,
    only: ['success', 'failure'],
    nodes: [22, 24],
  })
})

test.each([
  [['--only', 'sucess'], RangeError, /no such case: sucess; there are success, sync, /],
  [['--nodes', '18'], RangeError, /--nodes must be some of 20,22,24, got "18"/],
  [['--nodes', ''], RangeError, /--nodes must be some of/],
  [['--fast'], TypeError, /--fast/],
  [['everything'], TypeError, /everything/],
  [['--write', '--quick'], TypeError, /--write needs a full run/],
  [['--write', '--only', 'success'], TypeError, /--write needs a full run/],
  [['--write', '--nodes', '22,24'], TypeError, /--write writes the tables of one version of Node/],
])('%j is rejected', (args, kind, message) => {
  expect(() => parseArguments(args)).toThrow(kind)
  expect(() => parseArguments(args)).toThrow(message)
})
