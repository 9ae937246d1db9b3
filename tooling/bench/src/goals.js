import { largest } from './cases/bundle.js'
import { majorOf } from './versions.js'

/** @typedef {import('./run-case.js').CaseResult} CaseResult */
/** @typedef {Record<string, CaseResult>} Cases */

/**
 * @typedef {object} Goal
 * @property {string} description
 * @property {string} case
 * @property {string} subject
 * @property {(result: CaseResult, subject: string, cases: Cases) => number | undefined} of
 * @property {boolean} [alone]  no other library has something to compare it with
 * @property {number | ((node: number) => number)} [atMost]  for a major version of Node
 * @property {number} [atLeast]
 */

/** @param {string} [metric] @returns {Goal['of']} */
const ratio =
  (metric = 'ns') =>
  (result, subject) =>
    result[subject]?.[metric]?.ratio?.median

/** @param {string} metric @returns {Goal['of']} */
const value = (metric) => (result, subject) => result[subject]?.[metric]?.value.median

/** How many times as long as after 100 successes, both measured in wrappers. @type {Goal['of']} */
const timesAfter100 = (result, subject, cases) => {
  const late = ratio('us')(result, subject, cases)
  const early = ratio('us')(cases['failure-after-100'] ?? {}, subject, cases)
  return late === undefined || early === undefined ? undefined : late / early
}

const lean = '@cb/core lean'

/** The goals of core and its adapters. @type {readonly Goal[]} */
export const goals = [
  { description: 'success, consecutive failures', case: 'success', subject: lean, of: ratio(), atMost: 0.8 },
  {
    description: 'success, failure rate of calls',
    case: 'policies',
    subject: '@cb/core failureRate of calls',
    of: ratio(),
    atMost: 0.8,
  },
  {
    description: 'success, failure rate over time',
    case: 'policies',
    subject: '@cb/core failureRate over time',
    of: ratio(),
    atMost: 1.2,
  },
  { description: 'success, megamorphic', case: 'megamorphic', subject: lean, of: ratio(), atMost: 0.9 },
  { description: 'failure that does not trip', case: 'failure', subject: lean, of: ratio(), atMost: 0.9 },
  {
    description: 'success, wrap with a call timeout',
    case: 'wrap-call-timeout',
    subject: lean,
    of: ratio(),
    atMost: 3,
  },
  {
    description: 'success, execute with a call timeout',
    case: 'call-timeout',
    subject: lean,
    of: ratio(),
    atMost: (node) => (node >= 22 ? 4 : 16), // an AbortController costs 10 wrappers on Node 20
  },
  { description: 'success, with a listener', case: 'listener', subject: lean, of: ratio(), atMost: 2.5 },
  {
    description: 'success, slow call rate',
    case: 'policies',
    subject: '@cb/core slowCallRate',
    of: ratio(),
    atMost: 2.5,
  },
  { description: 'rejection while open', case: 'rejection', subject: lean, of: ratio(), atMost: 0.45 },
  { description: 'rejection by tryAcquire, ns', case: 'try-acquire', subject: lean, of: value('ns'), atMost: 60 },
  {
    description: 'failing call after 1 000 000 successes, times that after 100',
    case: 'failure-after-1000000',
    subject: lean,
    of: timesAfter100,
    alone: true,
    atMost: 2,
  },
  { description: 'fresh breaker, bytes', case: 'bytes', subject: lean, of: value('fresh'), atMost: 250 },
  { description: 'breaker after 1 000 calls, bytes', case: 'bytes', subject: lean, of: value('used'), atMost: 800 },
  { description: 'call in flight, bytes', case: 'bytes', subject: lean, of: value('inFlight'), atMost: 120 },
  { description: 'promises made by a call', case: 'counts', subject: lean, of: value('promises'), atMost: 1 },
  { description: 'bytes allocated by a success', case: 'counts', subject: lean, of: value('bytes'), atMost: 112 },
  { description: 'timers of an idle breaker', case: 'timers', subject: '@cb/core', of: value('idle'), atMost: 0 },
  { description: 'timers of an open breaker', case: 'timers', subject: '@cb/core', of: value('open'), atMost: 0 },
  { description: 'timers of a call in flight', case: 'timers', subject: '@cb/core', of: value('inFlight'), atMost: 0 },
  {
    description: 'CircuitBreaker with one policy, brotli bytes',
    case: 'bundle',
    subject: '@cb/core, one policy',
    of: value('brotli'),
    atMost: 8_300,
  },
  {
    description: 'largest export of core without the breaker, brotli bytes',
    case: 'bundle',
    subject: largest,
    of: value('brotli'),
    alone: true,
    atMost: 900,
  },
  {
    description: 'all of core, brotli bytes',
    case: 'bundle',
    subject: '@cb/core, everything',
    of: value('brotli'),
    alone: true,
    atMost: 12_800,
  },
  {
    description: 'success of a breaker shared by a fleet, times the same breaker alone',
    case: 'shared',
    subject: 'shared',
    of: ratio(),
    alone: true,
    atMost: 1.1,
  },
  { description: 'axios, requests per second', case: 'axios', subject: '@cb/axios', of: ratio('rps'), atLeast: 0.99 },
  {
    description: 'Express, requests per second',
    case: 'express',
    subject: '@cb/express',
    of: ratio('rps'),
    atLeast: 0.97,
  },
  {
    description: '10 000 calls/s, points of CPU over bare',
    case: 'load',
    subject: '@cb/core',
    of: value('over'),
    atMost: 1,
  },
]

const peers = /^(tutorial|cockatiel|opossum|brakes|mollitia|axios in )/

/** @typedef {{ description: string, wants: string, measured: number, met: boolean, peer?: { name: string, measured: number } }} GoalResult */

/**
 * Each goal whose case was measured, with the best of the other libraries.
 * @param {{ cases: Cases, node: string }} run
 * @returns {GoalResult[]}
 */
export function judge({ cases, node }) {
  return goals.flatMap((goal) => {
    const { description, subject, of, atLeast } = goal
    const atMost = typeof goal.atMost === 'function' ? goal.atMost(majorOf(node)) : goal.atMost
    const result = cases[goal.case]
    const measured = result && of(result, subject, cases)
    if (result === undefined || measured === undefined) return []
    const wants = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`
    const met = atMost === undefined ? measured >= Number(atLeast) : measured <= atMost
    const peer = goal.alone ? undefined : bestPeer(goal, result, cases)
    return { description, wants, measured, met, ...(peer && { peer }) }
  })
}

/** @param {Goal} goal @param {CaseResult} result @param {Cases} cases */
function bestPeer({ of, atMost }, result, cases) {
  const measured = Object.keys(result)
    .filter((name) => peers.test(name))
    .map((name) => ({ name, measured: of(result, name, cases) ?? Number.NaN }))
    .filter((peer) => !Number.isNaN(peer.measured))
    .sort((a, b) => a.measured - b.measured)
  return atMost === undefined ? measured.at(-1) : measured[0]
}
