/** @typedef {() => unknown} Work  the guarded function */
/** @typedef {() => Promise<unknown>} Call  the same through a breaker */

/**
 * What a case needs of a breaker besides the subject's own configuration.
 * @typedef {object} Wants
 * @property {boolean} [neverTrips]  thresholds out of reach, everything else as configured
 * @property {boolean} [staysOpen]  once open, for an hour
 * @property {(...args: unknown[]) => void} [listener]  called for each call that settles
 * @property {number} [callTimeout]  in milliseconds
 * @property {boolean} [wraps]  the function is wrapped once, and takes no signal; where a library knows no other form it has no effect
 * @property {{ calls: number } | { buckets: number }} [window]  a failure rate over so many calls, or so many buckets of a second each
 */

/** @typedef {((work: Work, wants?: Wants) => Call) & { make?: (work: Work) => unknown }} Guard  `make`: the breaker by itself */

/**
 * @template Breaker
 * @param {(work: Work, wants?: Wants) => Breaker} make
 * @param {(breaker: NoInfer<Breaker>, work: Work, wants?: Wants) => Call} call
 * @returns {Guard}
 */
export function guardBy(make, call) {
  /** @type {Guard} */
  const guard = (work, wants) => call(make(work, wants), work, wants)
  guard.make = make
  return guard
}

/**
 * A library in one configuration. Only the process that measures it loads it.
 * @typedef {object} Subject
 * @property {string} description  its configuration, as it is printed
 * @property {string} [library]  whose version is printed
 * @property {() => Promise<Guard>} open  loads the library
 */

export const hour = 3_600_000
