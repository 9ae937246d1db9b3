import { parseArgs } from 'node:util'
import { findCase } from './cases/index.js'
import { thisNode } from './versions.js'

const known = [20, 22, 24]

/** @typedef {{ quick: boolean, write: boolean, only: readonly string[], nodes: readonly number[] }} Arguments */

/**
 * @param {readonly string[]} args  of the command line
 * @returns {Arguments}
 * @throws TypeError or RangeError that description what may be given.
 */
export function parseArguments(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      nodes: { type: 'string', default: String(thisNode) },
    },
  })
  const only = values.only.split(',').filter((id) => id !== '')
  for (const id of only) findCase(id)
  if (values.write && (values.quick || only.length > 0)) {
    throw new TypeError('--write needs a full run: it excludes --quick and --only')
  }
  const nodes = values.nodes.split(',').map(parseNode)
  if (values.write && nodes.length > 1) throw new TypeError('--write writes the tables of one version of Node')
  return { quick: values.quick, write: values.write, only, nodes }
}

/** @param {string} text */
function parseNode(text) {
  const node = Number(text)
  if (node === thisNode || known.includes(node)) return node
  throw new RangeError(`--nodes must be some of ${known.join(',')}, got ${JSON.stringify(text)}`)
}
