import { fileURLToPath } from 'node:url'
import { thisNode } from './versions.js'

const compat = fileURLToPath(import.meta.resolve('@cb/compat'))

/** The executable of a major version of Node: this one, or one that is downloaded once. @param {number} node */
export async function nodeBinary(node) {
  if (node === thisNode) return process.execPath
  if (node === 20) throw new RangeError('Node 20 is measured by the benchmark that runs on Node 20')
  const { unrun } = await import('unrun') // Node 20 does not read TypeScript
  /** @type {{ module: { engine: (name: string) => Promise<string> } }} */
  const { module } = await unrun({ path: compat })
  return module.engine(`node${node}`)
}
