/** @typedef {Record<string, number>} Numbers  by metric */
/** @typedef {() => Promise<Numbers>} Round */
/** @typedef {{ rounds: number, roundMs: number, budgetMs: number, processes: number, node: string }} Effort */

/**
 * @typedef {object} Metric
 * @property {string} title  with its unit
 * @property {number} [digits]  after the point; none by default
 * @property {boolean} [ratio]  also shown as a ratio to the floor's
 */

/**
 * @typedef {object} Case
 * @property {string} title
 * @property {readonly string[]} subjects  measured in turns, each in a process of its own
 * @property {Record<string, Metric>} metrics  the first is the one that goals are about
 * @property {string} [floor]  the subject that ratios are to
 * @property {number} [rounds]  where it needs fewer than the others
 * @property {Partial<Effort>} [thorough]  where a thorough run needs another effort than for the others
 * @property {readonly string[]} [flags]  of Node, for its processes
 * @property {(subject: string, roundMs: number) => Promise<Round>} [prepare]  loads and warms up
 * @property {(subjects: readonly string[], roundMs: number) => Promise<() => Promise<Record<string, Numbers>>>} [prepareAll]
 *   instead: for subjects in one process, whose rounds measure all of them
 */

/**
 * @typedef {object} Group
 * @property {string} title
 * @property {string} description  what a reader of its table needs to know
 * @property {boolean} [byCase]  one line for each case, with ratios only; otherwise one for each subject
 * @property {Record<string, Case>} cases
 */

/** The subjects that most cases are about. */
export const everyone = [
  'bare',
  'wrapper',
  '@cb/core lean',
  '@cb/core',
  'tutorial',
  'cockatiel lean',
  'cockatiel',
  'opossum lean',
  'opossum',
  'brakes lean',
  'brakes',
  'mollitia',
]

/** Those of them that are breakers. */
export const breakers = everyone.filter((name) => name !== 'bare' && name !== 'wrapper')

/** For cases close to their goal: the speed of a process depends on the layout of its memory. */
export const manyProcesses = { processes: 9 }

/** @type {Record<string, Metric>} */
export const nanoseconds = { ns: { title: 'ns per call', ratio: true } }
