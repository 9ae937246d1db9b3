// The limits that the tests check: what core reaches today, with a little room for numbers that differ between versions of Node.

export const limits = {
  /** Of one call. `ticks` are the turns of the microtask queue that the breaker adds to the wait of its caller. */
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
  /** Bytes of a program that exports this and nothing else, minified and compressed with brotli, with either bundler. */
  exports: {
    CallTimeoutError: 400,
    CircuitBreaker: 10_540,
    CircuitBreakerRegistry: 11_500,
    CircuitOpenError: 540,
    RetryBudget: 780,
    adaptiveThrottle: 1_570,
    anyOf: 690,
    consecutiveFailures: 670,
    countWindow: 770,
    defaultClassify: 450,
    exponentialBackoff: 900,
    failureCount: 1_620,
    failureRate: 1_670,
    observe: 960,
    probeInBackground: 10_900,
    ramp: 920,
    restoreState: 11_990,
    retryDelay: 230,
    saveState: 11_400,
    shareState: 13_300,
    slowCallRate: 1_920,
    timeWindow: 1_150,
    'CircuitBreaker, consecutiveFailures': 10_540,
    '*': 14_990,
  },
  /** Multiples of the async wrapper with try, await and catch: generous, for a quick benchmark on a busy machine. */
  ratios: {
    '@cb/core lean': { success: 1, megamorphic: 1.2, failure: 1.5, rejection: 0.9 },
    '@cb/core': { success: 2, megamorphic: 2, failure: 1.5, rejection: 0.9 },
  },
  /** Multiples of the CPU of a request without a breaker: generous as well. */
  http: { axios: 1.25, express: 1.25 },
}
