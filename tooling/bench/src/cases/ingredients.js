import { EventEmitter } from 'node:events'
import { caught, oneAfterTheOther, timed } from './loops.js'
import { down, fail, succeed } from './work.js'

/** @typedef {import('../subjects/subject.js').Call} Call */

/**
 * Ways to do one thing, each measured in a process of its own.
 * @param {string} title @param {import('./loops.js').Loop} loop @param {Record<string, () => Call>} ways  the first is the floor
 * @returns {import('./case.js').Case}
 */
function ways(title, loop, ways) {
  const names = Object.keys(ways)
  return {
    title,
    subjects: names,
    metrics: { ns: { title: 'ns', ratio: true } },
    floor: String(names[0]),
    rounds: 15,
    async prepare(name, roundMs) {
      const make = /** @type {() => Call} */ (ways[name])
      const round = await timed(loop, make(), roundMs)
      return async () => ({ ns: await round() })
    },
  }
}

const pass = (/** @type {unknown} */ value) => value

class Thrown {
  #error

  /** @param {unknown} error */
  constructor(error) {
    this.#error = error
  }

  /** @param {unknown} _resolve @param {(error: unknown) => void} reject */
  // biome-ignore lint/suspicious/noThenProperty: being thenable is its purpose
  then(_resolve, reject) {
    reject(this.#error)
  }
}

const observing = ways('observing the outcome of a call', oneAfterTheOther, {
  'return fn()': () => succeed,
  'then, two callbacks made once': () => () => succeed().then(pass, pass),
  'then, two callbacks per call': () => () =>
    succeed().then(
      (value) => value,
      (error) => error,
    ),
  'async, try, await, catch': () => async () => {
    try {
      return await succeed()
    } catch (error) {
      return error
    }
  },
})

/** @param {() => unknown} onError @returns {() => Call} */
const failing = (onError) => () => () => fail().then(pass, onError)

const passingOn = ways('passing a failure on', caught, {
  'return fn()': () => fail,
  'a thenable that rejects': failing(() => new Thrown(down)),
  throw: failing(() => {
    throw down
  }),
  'Promise.reject': failing(() => Promise.reject(down)),
})

function errorWithoutStack() {
  const { stackTraceLimit } = Error
  Reflect.set(Error, 'stackTraceLimit', undefined)
  const error = new Error('down')
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  return error
}

const rejecting = ways('rejecting a call', caught, {
  'a thenable that rejects with a shared error': () => () => Promise.resolve(new Thrown(down)),
  'a thenable that rejects with a new error, no stack captured': () => () =>
    Promise.resolve(new Thrown(errorWithoutStack())),
  'Promise.reject(shared error)': () => () => Promise.reject(down),
  'async, throw shared error': () => fail,
  'async, throw new Error': () => async () => {
    throw new Error('down')
  },
})

/** What a step adds to a call that awaits nothing. @param {() => unknown} step @returns {() => Call} */
const beside = (step) => () => () => {
  step()
  return succeed()
}

const emitter = new EventEmitter().on('outcome', pass)
const target = new EventTarget()
target.addEventListener('outcome', pass)
const never = new Promise(() => {})
/** @type {((value: unknown) => unknown)[] | null} */
const noListeners = null

const besides = ways('one step more per call', oneAfterTheOther, {
  nothing: beside(() => {}),
  'a listener list that is null': beside(() => /** @type {unknown[] | null} */ (noListeners)?.length),
  'EventEmitter.emit': beside(() => emitter.emit('outcome', 1)),
  'EventTarget.dispatchEvent': beside(() => target.dispatchEvent(new Event('outcome'))),
  'performance.now()': beside(() => performance.now()),
  'Date.now()': beside(() => Date.now()),
  'setTimeout, clearTimeout': beside(() => clearTimeout(setTimeout(pass, 1_000))),
  'Promise.race': beside(() => Promise.race([succeed(), never])),
  'new AbortController': beside(() => new AbortController().signal),
  'new Error': beside(() => new Error('in advance')),
})

/** @type {import('./case.js').Group} */
export const ingredients = {
  title: 'Ingredients',
  description:
    'The cost of each part of a call through a breaker, awaited and caught; ratios are to the first way of each.',
  cases: { observing, 'passing-on': passingOn, rejecting, besides },
}
