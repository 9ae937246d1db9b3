import { busy } from '../http/busy.js'
import { inTurns } from '../http/in-turns.js'
import { bareConnection } from '../http/requests.js'
import { cpuOfThisProcess, startServer } from '../http/server-process.js'
import { open } from './open.js'

/** @typedef {import('../subjects/subject.js').Guard} Guard */

/** @type {Record<string, import('./case.js').Metric>} */
const metrics = {
  rps: { title: 'requests per second', ratio: true },
  cpu: { title: 'µs of CPU per request', digits: 1, ratio: true },
  p50: { title: 'p50 ms', digits: 2 },
  p99: { title: 'p99 ms', digits: 2, ratio: true },
}
const connections = 32

/** A single round is mostly noise. */
const thorough = { rounds: 90, budgetMs: 80_000 }

// Other cases have a process for each subject, so that none shapes the compiled code of another. Here they share one and take
// short turns in it: a request without a breaker costs a hundred times what the breaker adds, and differs by more than that between
// processes. No subject calls the code of the breaker in another way, and the floor is measured a second time as `again`: their
// difference is noise.

/** @type {import('./case.js').Case} */
const axiosCase = {
  title: 'axios 1.x',
  subjects: ['axios', 'axios again', '@cb/axios', 'axios in cockatiel', 'axios in opossum'],
  metrics,
  floor: 'axios',
  thorough,
  async prepareAll(names, roundMs) {
    const { Agent } = await import('node:http')
    const { default: axios } = await import('axios')
    const { ports } = await startServer('./plain-server.js')
    /** @type {Parameters<typeof inTurns>[0]} */
    const sending = {}
    for (const name of names) {
      const client = axios.create({
        baseURL: `http://127.0.0.1:${ports[0]}`,
        httpAgent: new Agent({ keepAlive: true, maxSockets: connections }),
        proxy: false,
      })
      if (name === '@cb/axios') (await import('@cb/axios')).protectAxios(client)
      const get = () => client.get('/users/7')
      const send = (await behind(name))(get)
      sending[name] = { senders: new Array(connections).fill(send), cpu: cpuOfThisProcess }
    }
    return inTurns(sending, roundMs)
  },
}

/** Other libraries have no adapter for axios: they guard the call. @param {string} name @returns {Promise<Guard>} */
async function behind(name) {
  if (name === 'axios in cockatiel') return open('cockatiel')
  if (name === 'axios in opossum') return open('opossum')
  if (name !== 'careless') return open('bare')
  return (work) => async () => {
    busy()
    return work()
  }
}

/** @type {import('./case.js').Case} */
const expressCase = {
  title: 'Express 5',
  subjects: ['empty middleware', 'empty middleware again', '@cb/express'],
  metrics,
  floor: 'empty middleware',
  thorough,
  async prepareAll(names, roundMs) {
    const { ports, cpu } = await startServer('./express-server.js', ...names)
    /** @type {Parameters<typeof inTurns>[0]} */
    const sending = {}
    for (const [n, port] of ports.entries()) {
      const senders = await Promise.all(Array.from({ length: connections }, () => bareConnection(port)))
      sending[String(names[n])] = { senders, cpu }
    }
    return inTurns(sending, roundMs)
  },
}

const description =
  'Client and server in processes of their own, over loopback, 32 requests at a time on connections that are kept; all subjects in one process, in short turns. More requests are better, and less of everything else. CPU is that of the process with the breaker. `again` is the floor measured a second time: it differs by noise.'

/** @type {import('./case.js').Group} */
export const axios = { title: 'axios', description, cases: { axios: axiosCase } }

/** @type {import('./case.js').Group} */
export const express = { title: 'Express', description, cases: { express: expressCase } }
