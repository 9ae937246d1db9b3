import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { limits } from '../limits.js'
import { bundlers } from './bundle.js'
import { exportSizes } from './export-sizes.js'
import { columns } from './tables.js'

const { values } = parseArgs({ options: { core: { type: 'string' }, code: { type: 'string' } } })
const file = values.core === undefined ? undefined : new URL(values.core, pathToFileURL(`${process.cwd()}/`))

if (values.code === undefined) await printSizes()
else await printCode(values.code)

async function printSizes() {
  /** @type {Record<string, number>} */
  const allowed = limits.exports
  const sizes = await exportSizes(file?.href)
  const rows = Object.entries(sizes).map(([name, measured]) => {
    const limit = allowed[name] ?? Number.NaN
    const mark = Object.values(measured).every((bytes) => bytes <= limit) ? '' : 'above'
    return [name, ...Object.values(measured).map(String), String(limit), mark]
  })
  console.log(columns([['brotli bytes', ...Object.keys(bundlers), 'limit', ''], ...rows]))
}

/** The bundle of one export as it is before minification. @param {string} name */
async function printCode(name) {
  const core = file === undefined ? '@cb/core' : fileURLToPath(file)
  const program = `export { ${name} } from ${JSON.stringify(core)}`
  for (const bundle of Object.values(bundlers)) console.log(await bundle(program, false))
}
