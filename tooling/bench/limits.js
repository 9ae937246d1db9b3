// What tests hold core to: what it reaches today, with a little room where a number may differ between versions of Node.

export const limits = {
  /** Of one call. `ticks` are turns of the microtask queue that its caller waits longer than without a breaker. */
  counts: {
    '@cb/core lean': { promises: 1, ticks: 1, failureTicks: 2, bytes: 112 },
    '@cb/core': { promises: 1, ticks: 1, failureTicks: 2, bytes: 250 },
  },
  /** Timers held. */
  timers: { idle: 0, open: 0, inFlight: 0 },
  /** Bytes of heap. */
  memory: {
    '@cb/core lean': { fresh: 250, used: 800, inFlight: 90 },
    '@cb/core': { fresh: 150, used: 1_100, inFlight: 90 },
  },
  /** Bytes, minified and compressed with brotli. */
  bundle: { '@cb/core, one policy': 10_400, '@cb/core, all of it': 12_800 },
  /** Times the async wrapper with try, await and catch: generous, for a quick benchmark on a busy machine. */
  ratios: {
    '@cb/core lean': { success: 1, megamorphic: 1.2, failure: 1.5, rejection: 0.6 },
    '@cb/core': { success: 2, megamorphic: 2, failure: 1.5, rejection: 0.6 },
  },
  /** Times the CPU that a request takes without a breaker: generous as well. */
  http: { axios: 1.25, express: 1.25 },
}
