// One subject of one case, in a process of its own so that no other's calls shape its compiled code. Measures when it is told to.
import { findCase } from './cases/index.js'

const [id = '', subject = '', roundMs] = process.argv.slice(2)
process.on('disconnect', () => process.exit())

const round = await findCase(id).prepare(subject, Number(roundMs))
process.on('message', async () => send({ numbers: await round() }))
send({ versions: process.versions.node })

/** @param {object} message */
function send(message) {
  process.send?.(message)
}
