// The limits that the tests check: what core reaches today, with a little room for numbers that differ between versions of Node.

export const limits = {
  /** Of one call. `ticks` are the turns of the microtask queue that the breaker adds to the wait of its caller. */
  counts: {
    '@cb/core lean': { promises: 1, ticks: 1, failureTicks: 2, bytes: 112 },
    '@cb/core': { promises: 1, ticks: 1, failureTicks: 2, bytes: 250 },
  },
  /** Created for each call with a time limit, of many one after the other. */
  limited: {
    'wrap-limits': { timers: 0.1, controllers: 0 },
    'execute-limits': { timers: 0.1, controllers: 1 },
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
    CallTimeoutError: 420,
    CircuitBreaker: 13_610,
    CircuitBreakerRegistry: 14_770,
    CircuitOpenError: 850,
    RetryBudget: 930,
    adaptiveThrottle: 1_760,
    anyOf: 1_170,
    consecutiveFailures: 1_130,
    countWindow: 790,
    defaultClassify: 460,
    exponentialBackoff: 1_070,
    findCircuitOpenError: 940,
    failureCount: 1_770,
    failureRate: 1_820,
    observe: 1_020,
    probeInBackground: 13_970,
    ramp: 1_070,
    restoreState: 15_310,
    retryDelay: 220,
    saveState: 14_540,
    shareState: 14_050,
    slowCallRate: 2_080,
    timeWindow: 1_300,
    'CircuitBreaker, consecutiveFailures': 13_620,
    '*': 18_930,
  },
  /** Multiples of the async wrapper with try, await and catch: generous, for a quick benchmark on a busy machine. */
  ratios: {
    '@cb/core lean': { success: 1, megamorphic: 1.2, failure: 1.5, rejection: 0.9 },
    '@cb/core': { success: 2, megamorphic: 2, failure: 1.5, rejection: 0.9 },
  },
  /** Multiples of the CPU of a request without a breaker: generous as well. */
  http: { axios: 1.25, express: 1.25 },
}
