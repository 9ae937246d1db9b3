import { isWithin } from './scenarios/scenario.js'

/** Of the plots, in milliseconds. */
export const binWidth = 1_000

/** @typedef {{ answered: number, failed: number, rejected: number }} Bin  calls that began in it */
/** @typedef {ReturnType<Measurement['result']>} Result */

/** The results of the calls of one run. */
export class Measurement {
  #scenario
  /** @type {Bin[]} */
  #bins
  #reachedInFault = 0
  #goodRejected = 0
  #waited = 0
  #mostWaiting = 0
  /** For each phase after a fault: when its last call began that was rejected or failed. @type {number[]} */
  #lastBad

  /** @param {import('./scenarios/scenario.js').Scenario} scenario */
  constructor(scenario) {
    this.#scenario = scenario
    this.#bins = Array.from({ length: Math.ceil(scenario.length / binWidth) }, () => ({
      answered: 0,
      failed: 0,
      rejected: 0,
    }))
    this.#lastBad = scenario.faults.map(({ to }) => to)
  }

  /** @param {number} at @param {boolean} good  it would have been answered in time */
  rejected(at, good) {
    if (good) this.#goodRejected++
    this.#count(at, 'rejected')
  }

  /** @param {number} at @param {boolean} good @param {number} wait @param {number} waiting  callers, with this one */
  called(at, good, wait, waiting) {
    if (isWithin(this.#scenario.faults, at)) this.#reachedInFault++
    if (!good) this.#waited += wait
    this.#mostWaiting = Math.max(this.#mostWaiting, waiting)
    this.#count(at, good ? 'answered' : 'failed')
  }

  /** @param {number} at @param {keyof Bin} what */
  #count(at, what) {
    const bin = this.#bins[Math.floor(at / binWidth)]
    if (bin === undefined) throw new Error(`no call begins at ${at}`)
    bin[what]++
    if (what === 'answered') return
    const { faults } = this.#scenario
    const phase = faults.findLastIndex(({ to }) => at >= to)
    if (phase >= 0 && !isWithin(faults, at)) this.#lastBad[phase] = at
  }

  /** @param {number} [relapses] */
  result(relapses) {
    const { faults, length } = this.#scenario
    const bins = this.#bins
    const total = (/** @type {keyof Bin} */ what) => bins.reduce((sum, bin) => sum + bin[what], 0)
    const faulty = faults.reduce((sum, { from, to }) => sum + to - from, 0)
    return {
      bins,
      answered: total('answered'),
      failed: total('failed'),
      rejected: total('rejected'),
      /** Calls per second. */
      reachedInFault: this.#reachedInFault / (faulty / 1_000),
      goodRejected: this.#goodRejected,
      /** Milliseconds that all callers together waited for calls that failed. */
      waited: this.#waited,
      /** Callers at the same moment. */
      mostWaiting: this.#mostWaiting,
      /** Milliseconds after each fault until all calls were answered; Infinity if some were not until the end. */
      recoveries: faults.map(({ to }, n) => {
        const bad = (this.#lastBad[n] ?? to) - to
        const isLast = n === faults.length - 1
        return isLast && to + bad > length - 1_000 ? Number.POSITIVE_INFINITY : bad
      }),
      relapses,
    }
  }
}
