import { busy } from '../http/busy.js'
import { bareConnection, throughput } from '../http/requests.js'
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

/** A round of requests must be long enough for garbage to be collected in it. @param {number} roundMs */
const roundOf = (roundMs) => Math.max(150, 30 * roundMs)

/** @param {readonly (() => Promise<unknown>)[]} senders @param {number} roundMs @param {() => number | Promise<number>} cpu */
async function warm(senders, roundMs, cpu) {
  await throughput(senders, 4 * roundOf(roundMs), cpu)
  return () => throughput(senders, roundOf(roundMs), cpu)
}

/** @type {import('./case.js').Case} */
const axiosCase = {
  title: 'axios 1.x',
  subjects: ['axios', '@cb/axios', 'axios in cockatiel', 'axios in opossum'],
  metrics,
  floor: 'axios',
  async prepare(name, roundMs) {
    const { Agent } = await import('node:http')
    const { default: axios } = await import('axios')
    const { port } = await startServer('./plain-server.js')
    const client = axios.create({
      baseURL: `http://127.0.0.1:${port}`,
      httpAgent: new Agent({ keepAlive: true, maxSockets: connections }),
      proxy: false,
    })
    if (name === '@cb/axios') (await import('@cb/axios')).protectAxios(client)
    const get = () => client.get('/users/7')
    const send = (await behind(name))(get)
    return warm(new Array(connections).fill(send), roundMs, cpuOfThisProcess)
  },
}

/** Other libraries have no adapter for axios: they are around the call. @param {string} name @returns {Promise<Guard>} */
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
  subjects: ['empty middleware', '@cb/express'],
  metrics,
  floor: 'empty middleware',
  async prepare(name, roundMs) {
    const { port, cpu } = await startServer('./express-server.js', name)
    return warm(await Promise.all(Array.from({ length: connections }, () => bareConnection(port))), roundMs, cpu)
  },
}

const says =
  'Client and server in processes of their own, over loopback, 32 requests at a time on connections that are kept. Of ratios, more requests are better, and less of everything else. CPU is that of the process that the breaker is in.'

/** @type {import('./case.js').Group} */
export const axios = { title: 'axios', says, cases: { axios: axiosCase } }

/** @type {import('./case.js').Group} */
export const express = { title: 'Express', says, cases: { express: expressCase } }
