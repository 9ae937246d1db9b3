import { hour } from './subject.js'

/** @type {Record<string, import('./subject.js').Subject>} */
export const mollitia = {
  mollitia: {
    library: 'mollitia',
    says: 'new Circuit({ func: fn, options: { modules: [new SlidingCountBreaker()] } })',
    async open() {
      const { Circuit, SlidingCountBreaker, Timeout } = await import('mollitia')
      return (work, { neverTrips, staysOpen, listener, callTimeout } = {}) => {
        const breaker = new SlidingCountBreaker({
          ...(neverTrips && { failureRateThreshold: 101 }),
          ...(staysOpen && { openStateDelay: hour }),
        })
        const circuit = new Circuit({
          func: /** @type {() => Promise<unknown>} */ (work),
          options: { modules: callTimeout === undefined ? [breaker] : [breaker, new Timeout({ delay: callTimeout })] },
        })
        if (listener !== undefined) circuit.on('execute', listener)
        return () => circuit.execute()
      }
    },
  },
}
