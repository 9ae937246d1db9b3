import { guardBy, hour } from './subject.js'

/** @type {Record<string, import('./subject.js').Subject>} */
export const mollitia = {
  mollitia: {
    library: 'mollitia',
    description: 'new Circuit({ func: fn, options: { modules: [new SlidingCountBreaker()] } })',
    async open() {
      const { Circuit, SlidingCountBreaker, Timeout } = await import('mollitia')
      return guardBy(
        (work, { neverTrips, staysOpen, listener, callTimeout } = {}) => {
          const breaker = new SlidingCountBreaker({
            ...(neverTrips && { failureRateThreshold: 101 }),
            ...(staysOpen && { openStateDelay: hour }),
          })
          const modules = callTimeout === undefined ? [breaker] : [breaker, new Timeout({ delay: callTimeout })]
          const func = /** @type {() => Promise<unknown>} */ (work)
          const circuit = new Circuit({ func, options: { modules } })
          if (listener !== undefined) circuit.on('execute', listener)
          return circuit
        },
        (circuit) => () => circuit.execute(),
      )
    },
  },
}
