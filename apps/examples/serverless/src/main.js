import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = await mkdtemp(join(tmpdir(), 'cb-serverless-'))
process.env['STATE_FILE'] = join(folder, 'state.json')

/** Loads the function anew, as a cold start does. @param {number} n @returns {Promise<typeof import('./handler.js')>} */
const coldStart = (n) => import(`./handler.js?start=${n}`)

let calls = 0
const pay = async () => {
  calls++
  throw new Error('payments are down')
}

const first = await coldStart(1)
for (let n = 0; n < 3; n++) console.log('first start: ', await first.handler({ pay }))

const second = await coldStart(2)
console.log('second start:', await second.handler({ pay }))
console.log(`payments were called ${calls} times`)

await rm(folder, { recursive: true })
