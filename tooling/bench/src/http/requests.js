import { connect } from 'node:net'
import { quantile } from '../statistics.js'

/** @typedef {() => Promise<unknown>} Send  waits for its answer before it sends again */
/** @typedef {{ latencies: number[], ms: number, cpu: number }} Slice  milliseconds; microseconds */
/** @typedef {{ rps: number, p50: number, p99: number, cpu: number }} Throughput  requests per second; milliseconds; microseconds */

/**
 * Sends requests with a constant number in flight until the time is over.
 * @param {readonly Send[]} senders
 * @param {number} ms
 * @param {() => number | Promise<number>} cpu  microseconds used so far by the process that is looked at
 * @returns {Promise<Slice>}
 */
export async function slice(senders, ms, cpu) {
  /** @type {number[]} */
  const latencies = []
  const before = await cpu()
  const start = performance.now()
  await Promise.all(
    senders.map(async (send) => {
      for (let now = performance.now(); now < start + ms; ) {
        await send()
        const end = performance.now()
        latencies.push(end - now)
        now = end
      }
    }),
  )
  const took = performance.now() - start
  return { latencies, ms: took, cpu: (await cpu()) - before }
}

/** @param {readonly Slice[]} slices @returns {Throughput} */
export function throughput(slices) {
  const latencies = slices.flatMap((slice) => slice.latencies).sort((a, b) => a - b)
  const sum = (/** @type {'ms' | 'cpu'} */ of) => slices.reduce((total, slice) => total + slice[of], 0)
  return {
    rps: (latencies.length * 1_000) / sum('ms'),
    cpu: sum('cpu') / latencies.length,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  }
}

/**
 * A cheap client: it sends the same request again and again on one connection, and recognises an answer by its length.
 * @param {number} port
 * @returns {Promise<() => Promise<void>>}
 */
export async function bareConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let length = 0
  let received = 0
  let answered = (/** @type {Error | undefined} */ _problem) => {}
  socket.on('close', () => answered(new Error('the server has closed the connection')))
  socket.on('data', (data) => {
    length ||= lengthOf(data.toString('latin1'))
    received += data.length
    if (received === length) answered(undefined)
    else if (received > length) answered(new Error('an answer of another length'))
  })
  return () =>
    new Promise((resolve, reject) => {
      received = 0
      answered = (problem) => (problem ? reject(problem) : resolve())
      socket.write('GET /users/7 HTTP/1.1\r\nHost: localhost\r\n\r\n')
    })
}

/** Bytes of a whole answer, from its first part. @param {string} answer */
function lengthOf(answer) {
  const head = answer.indexOf('\r\n\r\n') + 4
  const body = Number(/content-length: (\d+)/i.exec(answer)?.[1])
  if (!answer.startsWith('HTTP/1.1 200 ') || head < 4 || !(body > 0)) throw new Error(`unexpected answer: ${answer}`)
  return head + body
}
