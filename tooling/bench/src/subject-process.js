// One subject of one case, in a process of its own so that no other's calls shape its compiled code, or all of a case that wants
// it so. Measures a round for each message.
import { findCase } from './cases/index.js'

const [id = '', subject = '', roundMs] = process.argv.slice(2)
process.on('disconnect', () => process.exit())

const { prepare, prepareAll } = findCase(id)
const round = await (prepareAll?.(subject.split(','), Number(roundMs)) ?? prepare?.(subject, Number(roundMs)))
process.on('message', async () => send({ numbers: await round?.() }))
send({ versions: process.versions.node })

/** @param {object} message */
function send(message) {
  process.send?.(message)
}
