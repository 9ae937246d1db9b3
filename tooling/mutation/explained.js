/** @import { Explanation } from './src/verdict.js' */

/** @type {Explanation[]} */
export const explained = [
  {
    why: 'A short cut, taken never or always: the same comes out at another cost, which the benchmarks watch.',
    mutants: {
      'src/announcer.ts': [
        ['return this.#listeners.length > 0', 'return true'],
        ['return this.#listeners.length > 0', 'return this.#listeners.length >= 0'],
        ['hearsOutcomes = false', 'hearsOutcomes = true'],
        [
          "this.hearsOutcomes = listeners.some(({ name }) => name === 'outcome')",
          'this.hearsOutcomes = listeners.some(({ name }) => true)',
        ],
      ],
      'src/circuit-breaker.ts': [
        [
          'if (state?.onValue !== undefined && !this.#machine.callsAreWatched) return plainCall(fn, state)',
          'if (false) return plainCall(fn, state)',
        ],
      ],
      'src/clock.ts': [
        [
          'return (globalThis.setTimeout === usualTimer ? usual : performance).now()',
          'return (false ? usual : performance).now()',
        ],
      ],
      'src/execute.ts': [
        [
          'const limits = callTimeout === undefined && signal === undefined ? undefined : new Limits(name, callTimeout, signal)',
          'const limits = false ? undefined : new Limits(name, callTimeout, signal)',
        ],
      ],
      'src/machine.ts': [
        [
          "return shadow > 0 && reason !== 'forced-open' && random() < shadow",
          "return shadow >= 0 && reason !== 'forced-open' && random() < shadow",
        ],
        [
          "return shadow > 0 && reason !== 'forced-open' && random() < shadow",
          "return true && reason !== 'forced-open' && random() < shadow",
        ],
        ['return hub.observers !== null || this.#announcer?.isHeard === true', 'return true'],
        [
          "if (issuer !== this.state || this.callsAreWatched) return this.settle(issuer, 'success')",
          "if (true) return this.settle(issuer, 'success')",
        ],
        [
          "if (issuer !== this.state || this.callsAreWatched) return this.settle(issuer, 'failure', error)",
          "if (true) return this.settle(issuer, 'failure', error)",
        ],
        [
          'if (this.#isWatched) this.announcer.transition(transition)',
          'if (true) this.announcer.transition(transition)',
        ],
        ['if (!this.#isWatched) return', 'if (false) return'],
      ],
      'src/options.ts': [
        [
          'if (halfOpen !== undefined || ramp !== undefined) return changeSettings(nothingSaid, options)',
          'if (true) return changeSettings(nothingSaid, options)',
        ],
        [
          'if (latest === undefined || !sharedNames.every((name) => Object.is(options[name], latest?.options[name])))',
          'if (true)',
        ],
        [
          'if (latest === undefined || !sharedNames.every((name) => Object.is(options[name], latest?.options[name])))',
          'if (latest === undefined || !sharedNames.every(() => undefined))',
        ],
        ['if (halfOpen !== undefined || callTimeout !== undefined)', 'if (true)'],
      ],
      'src/outcome.ts': [
        ['if (made === Error) return false // the common case', 'if (false) return false // the common case'],
        [
          "return name === 'TimeoutError' || (code !== undefined && timeoutCodes.has(code))",
          "return name === 'TimeoutError' || (true && timeoutCodes.has(code))",
        ],
      ],
      'src/registry.ts': [
        ['if (now - entry.usedAt < idleTtl / 8) return', 'if (false) return'],
        ['if (now - entry.usedAt < idleTtl / 8) return', 'if (now + entry.usedAt < idleTtl / 8) return'],
      ],
      'src/states/closed.ts': [
        [
          'return this.#watch.overdue === undefined ? undefined : this.#ask((watch) => watch.overdue?.())',
          'return false ? undefined : this.#ask((watch) => watch.overdue?.())',
        ],
        ['const ramp = this.#ramp && this.ramp', 'const ramp = this.#ramp || this.ramp'],
        [
          "if (this.#watch.refuses !== undefined && this.#refuses()) return new Rejection('throttled', 1)",
          "if (true && this.#refuses()) return new Rejection('throttled', 1)",
        ],
        [
          'if (this.#watch.began !== undefined) this.#ask((watch) => watch.began?.(permit))',
          'if (true) this.#ask((watch) => watch.began?.(permit))',
        ],
      ],
      'src/trip/adaptive-throttle.ts': [
        ['if (this.#window.failures === 0) return false', 'if (false) return false'],
        ['return probability > 0 && this.#random() < probability', 'return true && this.#random() < probability'],
        [
          'return probability > 0 && this.#random() < probability',
          'return probability >= 0 && this.#random() < probability',
        ],
      ],
      'src/trip/any-of.ts': [
        [
          'if (watches.some((watch) => watch.began)) this.began = (call) => void this.#ask((watch) => watch.began?.(call))',
          'if (true) this.began = (call) => void this.#ask((watch) => watch.began?.(call))',
        ],
        ['if (watches.some((watch) => watch.ignored))', 'if (true)'],
        ['const refusing = watches.filter((watch) => watch.refuses)', 'const refusing = watches'],
        [
          'if (refusing.length > 0) this.refuses = () => refusing.some((watch) => watch.refuses?.() === true)',
          'if (true) this.refuses = () => refusing.some((watch) => watch.refuses?.() === true)',
        ],
        [
          'if (refusing.length > 0) this.refuses = () => refusing.some((watch) => watch.refuses?.() === true)',
          'if (refusing.length >= 0) this.refuses = () => refusing.some((watch) => watch.refuses?.() === true)',
        ],
        [
          'if (watches.some((watch) => watch.overdue)) this.overdue = () => this.#ask((watch) => watch.overdue?.())',
          'if (true) this.overdue = () => this.#ask((watch) => watch.overdue?.())',
        ],
      ],
      'src/trip/failure-rate.ts': [
        [
          'return this.#window.failures === 0 ? undefined : this.#verdict()',
          'return false ? undefined : this.#verdict()',
        ],
      ],
      'src/window/count-window.ts': [
        ['if (this.failures > 0 || failed) this.#write(failed)', 'if (true) this.#write(failed)'],
        [
          'if (this.failures > 0 || failed) this.#write(failed)',
          'if (this.failures >= 0 || failed) this.#write(failed)',
        ],
        [
          'if (this.failures > 0 && this.#bits !== undefined) {',
          'if (this.failures > 0 || this.#bits !== undefined) {',
        ],
        ['if (this.failures > 0 && this.#bits !== undefined) {', 'if (true && this.#bits !== undefined) {'],
        [
          'if (this.failures > 0 && this.#bits !== undefined) {',
          'if (this.failures >= 0 && this.#bits !== undefined) {',
        ],
        ['if (this.failures > 0 && this.#bits !== undefined) {', 'if (this.failures > 0 && true) {'],
      ],
      'src/window/time-window.ts': [
        ['if (this.calls === 0 || now < this.#bucketEndAt) return', 'if (false) return'],
        [
          'if (this.calls === 0 || now < this.#bucketEndAt) return',
          'if (this.calls === 0 && now < this.#bucketEndAt) return',
        ],
        ['if (this.calls === 0 || now < this.#bucketEndAt) return', 'if (this.calls === 0 || false) return'],
        ['if (this.calls === 0 || now < this.#bucketEndAt) return', 'if (false || now < this.#bucketEndAt) return'],
        ['if (ended >= this.#cut.buckets) return this.#empty()', 'if (ended > this.#cut.buckets) return this.#empty()'],
      ],
      'src/observer.ts': [
        ['let callsAreFollowed = false', 'let callsAreFollowed = true'],
        ['wrapping = (latest ?? []).filter(({ call }) => call !== undefined)', 'wrapping = latest ?? []'],
        [
          'wrapping = (latest ?? []).filter(({ call }) => call !== undefined)',
          'wrapping = (latest ?? []).filter(({ call }) => true)',
        ],
        [
          'callsAreFollowed = wrapping.length > 0 || latest?.some(({ outcome }) => outcome !== undefined) === true',
          'callsAreFollowed = true',
        ],
        [
          'callsAreFollowed = wrapping.length > 0 || latest?.some(({ outcome }) => outcome !== undefined) === true',
          'callsAreFollowed = wrapping.length >= 0 || latest?.some(({ outcome }) => outcome !== undefined) === true',
        ],
        [
          'callsAreFollowed = wrapping.length > 0 || latest?.some(({ outcome }) => outcome !== undefined) === true',
          'callsAreFollowed = wrapping.length > 0 || latest?.some(({ outcome }) => true) === true',
        ],
        ['if (hub.observers === latest) return', 'if (false) return'],
        ['if (wrapping.length === 0) return fn()', 'if (false) return fn()'],
      ],
    },
  },
  {
    why: 'A guard before a `try`, or what its `catch` answers: without the guard the same answer comes the other way.',
    mutants: {
      'src/errors.ts': [
        [
          "return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true",
          'return true && (value as Record<symbol, unknown>)[brand] === true',
        ],
        [
          "return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true",
          'return true && value !== null && (value as Record<symbol, unknown>)[brand] === true',
        ],
        [
          "return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true",
          "return typeof value === 'object' || value !== null && (value as Record<symbol, unknown>)[brand] === true",
        ],
        [
          "return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true",
          "return typeof value === 'object' && true && (value as Record<symbol, unknown>)[brand] === true",
        ],
        ['} catch {', '} catch {}'],
      ],
      'src/open-duration.ts': [['} catch {', '} catch {}']],
      'src/outcome.ts': [
        ["if (typeof error !== 'object' || error === null) return 'failure'", "if (false) return 'failure'"],
        [
          "if (typeof error !== 'object' || error === null) return 'failure'",
          "if (typeof error !== 'object' && error === null) return 'failure'",
        ],
        [
          "if (typeof error !== 'object' || error === null) return 'failure'",
          "if (false || error === null) return 'failure'",
        ],
        [
          "if (typeof error !== 'object' || error === null) return 'failure'",
          "if (typeof error !== 'object' || false) return 'failure'",
        ],
        ["if (typeof error !== 'object' || error === null) return false", 'if (false) return false'],
        [
          "if (typeof error !== 'object' || error === null) return false",
          "if (typeof error !== 'object' && error === null) return false",
        ],
        [
          "if (typeof error !== 'object' || error === null) return false",
          "if (typeof error !== 'object' || false) return false",
        ],
        ["if (typeof error !== 'object' || error === null) return false", 'if (false || error === null) return false'],
      ],
      'src/states/closed.ts': [
        ['return { success: noTrip, failure: noTrip, snapshot: () => emptyWindow }', 'return {}'],
      ],
    },
  },
  {
    why: 'It is there for the type checker: at this point there always is one.',
    mutants: {
      'src/limits.ts': [['stop(this.#callerSignal?.reason)', 'stop(this.#callerSignal.reason)']],
      'src/observer.ts': [
        [
          '...(observer.call && { call: (run, breaker, call) => observer.call?.(run, breaker, call) }),',
          '...(observer.call && { call: (run, breaker, call) => observer.call(run, breaker, call) }),',
        ],
        [
          "attempt(observer, breaker.name, 'an observer threw', () => observer.call?.(inner, breaker, call))",
          "attempt(observer, breaker.name, 'an observer threw', () => observer.call(inner, breaker, call))",
        ],
        [
          '...(observer.outcome && { outcome: (event, breaker, call) => observer.outcome?.(event, breaker, call) }),',
          '...(observer.outcome && { outcome: (event, breaker, call) => observer.outcome(event, breaker, call) }),',
        ],
      ],
      'src/options.ts': [
        [
          'if (latest === undefined || !sharedNames.every((name) => Object.is(options[name], latest?.options[name])))',
          'if (latest === undefined || !sharedNames.every((name) => Object.is(options[name], latest.options[name])))',
        ],
      ],
      'src/refusals.ts': [
        ['retryAfterMs === this.#said?.retryAfterMs &&', 'retryAfterMs === this.#said.retryAfterMs &&'],
        ['if (!shared || this.#kept === undefined) {', 'if (!shared || false) {'],
      ],
      'src/registry-audience.ts': [['ends.get(breaker)?.()', 'ends.get(breaker)()']],
      'src/registry.ts': [
        [
          'const entry = secondBest === undefined ? undefined : this.#entries.get(secondBest)',
          'const entry = false ? undefined : this.#entries.get(secondBest)',
        ],
      ],
      'src/states/closed.ts': [
        [
          'return this.#watch.overdue === undefined ? undefined : this.#ask((watch) => watch.overdue?.())',
          'return this.#watch.overdue === undefined ? undefined : this.#ask((watch) => watch.overdue())',
        ],
        [
          'if (this.#watch.began !== undefined) this.#ask((watch) => watch.began?.(permit))',
          'if (this.#watch.began !== undefined) this.#ask((watch) => watch.began(permit))',
        ],
        ['return this.#watch.refuses?.() === true', 'return this.#watch.refuses() === true'],
      ],
      'src/trip/any-of.ts': [
        [
          'if (refusing.length > 0) this.refuses = () => refusing.some((watch) => watch.refuses?.() === true)',
          'if (refusing.length > 0) this.refuses = () => refusing.some((watch) => watch.refuses() === true)',
        ],
      ],
    },
  },
  {
    why: 'At the very limit both sides come to the same, or no reading falls on it.',
    mutants: {
      'src/announcer.ts': [
        [
          'if (this.#queue.length < mostInOneGo) this.#queue.push(announcement)',
          'if (this.#queue.length <= mostInOneGo) this.#queue.push(announcement)',
        ],
      ],
      'src/clock.ts': [
        ['if (reading >= this.last) {', 'if (reading > this.last) {'],
        [
          "return typeof reading === 'number' && Math.abs(reading) <= farthest ? reading + this.#offset : Number.NaN",
          "return typeof reading === 'number' && Math.abs(reading) < farthest ? reading + this.#offset : Number.NaN",
        ],
      ],
      'src/made-again.ts': [['if (made.size >= many) made.clear()', 'if (made.size > many) made.clear()']],
      'src/ramp.ts': [
        [
          'return elapsed >= 1 ? 1 : from + (1 - from) * elapsed ** exponent',
          'return elapsed > 1 ? 1 : from + (1 - from) * elapsed ** exponent',
        ],
      ],
      'src/registry.ts': [
        ['if (now - entry.usedAt < idleTtl / 8) return', 'if (now - entry.usedAt <= idleTtl / 8) return'],
      ],
      'src/retry-budget.ts': [
        [
          'if (this.#balance < 1 - 1e-9) return false // ten times 0.1 is a little less than 1',
          'if (this.#balance <= 1 - 1e-9) return false // ten times 0.1 is a little less than 1',
        ],
      ],
      'src/retry-delay.ts': [
        [
          "return typeof retryAfterMs === 'number' && retryAfterMs > 0 ? retryAfterMs : 0",
          "return typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : 0",
        ],
      ],
      'src/tally.ts': [
        ['const grouped = this.#rapid > rapidSuccesses', 'const grouped = this.#rapid >= rapidSuccesses'],
      ],
    },
  },
  {
    why: 'Without the check the lines below come to the same: nothing is deleted, and a number that is none compares false.',
    mutants: {
      'src/half-open-options.ts': [
        ['if (callTimeout !== undefined && lease <= callTimeout) {', 'if (true && lease <= callTimeout) {'],
      ],
      'src/trip/slow-call-rate.ts': [
        [
          'const beganAt = call === undefined ? undefined : this.#inFlight.get(call)',
          'const beganAt = false ? undefined : this.#inFlight.get(call)',
        ],
        ['if (call === undefined || beganAt === undefined) return', 'if (false) return'],
        [
          'if (call === undefined || beganAt === undefined) return',
          'if (call === undefined && beganAt === undefined) return',
        ],
        ['if (call === undefined || beganAt === undefined) return', 'if (false || beganAt === undefined) return'],
        ['if (call === undefined || beganAt === undefined) return', 'if (call === undefined || false) return'],
        [
          'const beganAt = call === undefined ? undefined : this.#inFlight.get(call)',
          'const beganAt = false ? undefined : this.#inFlight.get(call)',
        ],
        [
          'if (call === undefined || beganAt === undefined) return this.#verdict()',
          'if (false || beganAt === undefined) return this.#verdict()',
        ],
      ],
    },
  },
  {
    why: 'It is there for another runtime; the tests that run here see Node.js only. `@cb/runtimes` runs the others.',
    mutants: {
      'src/background-probe.ts': [
        [';(this.#timer as { unref?(): void }).unref?.()', ';(this.#timer as { unref?(): void; }).unref()'],
      ],
      'src/execute.ts': [
        [
          "typeof AbortSignal.any === 'function' ? AbortSignal.any([]) : new AbortController().signal",
          'true ? AbortSignal.any([]) : new AbortController().signal',
        ],
        [
          "typeof AbortSignal.any === 'function' ? AbortSignal.any([]) : new AbortController().signal",
          'false ? AbortSignal.any([]) : new AbortController().signal',
        ],
        [
          "typeof AbortSignal.any === 'function' ? AbortSignal.any([]) : new AbortController().signal",
          "typeof AbortSignal.any !== 'function' ? AbortSignal.any([]) : new AbortController().signal",
        ],
        [
          "typeof AbortSignal.any === 'function' ? AbortSignal.any([]) : new AbortController().signal",
          'typeof AbortSignal.any === "" ? AbortSignal.any([]) : new AbortController().signal',
        ],
      ],
      'src/observer.ts': [["if (typeof WeakRef === 'function') {", 'if (true) {']],
    },
  },
  {
    why: 'Only whether the clock is read once more, or its latest reading serves.',
    mutants: {
      'src/registry.ts': [
        [
          'const usedAt = this.#idleTtl === undefined ? 0 : this.#settings.clock.now()',
          'const usedAt = false ? 0 : this.#settings.clock.now()',
        ],
      ],
      'src/states/forced.ts': [
        [
          'if (this.#endsAt === Number.POSITIVE_INFINITY || this.#clock.now() < this.#endsAt) return undefined',
          'if (false || this.#clock.now() < this.#endsAt) return undefined',
        ],
      ],
      'src/states/half-open.ts': [['readonly timed = true', 'readonly timed = false']],
      'src/trip/slow-call-rate.ts': [['readonly timed = true', 'readonly timed = false']],
    },
  },
  {
    why: 'What it puts there has none of the fields that are looked for, so it counts as nothing.',
    mutants: {
      'src/announcer.ts': [
        ['readonly #queue: Announcement[] = []', 'readonly #queue: Announcement[] = ["Stryker was here"]'],
        [
          'for (const observer of hub.observers ?? []) {',
          'for (const observer of hub.observers ?? ["Stryker was here"]) {',
        ],
        ['#listeners: readonly Subscription[] = []', '#listeners: readonly Subscription[] = ["Stryker was here"]'],
      ],
      'src/observer.ts': [
        [
          'wrapping = (latest ?? []).filter(({ call }) => call !== undefined)',
          'wrapping = (latest ?? ["Stryker was here"]).filter(({ call }) => call !== undefined)',
        ],
        ['let wrapping: readonly Observer[] = []', 'let wrapping: readonly Observer[] = ["Stryker was here"]'],
      ],
    },
  },
  {
    why: 'Done elsewhere as well: a listener that is removed when the call ends, a check that the next line makes again.',
    mutants: {
      'src/limits.ts': [
        [
          "this.#callerSignal?.addEventListener('abort', onAbort, { once: true })",
          "this.#callerSignal?.addEventListener('abort', onAbort, { once: false })",
        ],
        [
          "this.#callerSignal?.addEventListener('abort', onAbort, { once: true })",
          "this.#callerSignal?.addEventListener('abort', onAbort, {})",
        ],
      ],
      'src/outcome.ts': [
        [
          "return original instanceof Error && original.name !== 'AbortError' && outcomeOfError(original) === 'failure'",
          "return original instanceof Error && true && outcomeOfError(original) === 'failure'",
        ],
        [
          "return original instanceof Error && original.name !== 'AbortError' && outcomeOfError(original) === 'failure'",
          'return original instanceof Error && original.name !== "" && outcomeOfError(original) === \'failure\'',
        ],
      ],
    },
  },
  {
    why: 'Nobody asks: the interface demands it.',
    mutants: {
      'src/states/open.ts': [['readonly timed = false', 'readonly timed = true']],
      'src/states/shadow.ts': [
        ['retryAfterMs(): number {', 'retryAfterMs(): number {}'],
        ['window(): WindowSnapshot {', 'window(): WindowSnapshot {}'],
      ],
    },
  },
  {
    why: 'A safeguard for what can not happen as the code stands.',
    mutants: {
      'src/observer.ts': [
        ['let answer = (): T => {', 'let answer = (): T => {}'],
        ["throw new Error('a call was started from within itself')", 'throw new Error("")'],
      ],
    },
  },
  {
    why: 'Only another version of the package in the same process could tell the difference.',
    mutants: {
      'src/announcer.ts': [
        [
          'observer[name]?.(event as never, this.#breaker, call),',
          'observer[name](event as never, this.#breaker, call),',
        ],
      ],
      'src/observer.ts': [
        [
          "attempt(observer, breaker.name, 'an observer threw', () => observer.created?.(breaker))",
          "attempt(observer, breaker.name, 'an observer threw', () => observer.created(breaker))",
        ],
      ],
    },
  },
  {
    why: 'Any word but `closed` opens.',
    mutants: {
      'src/states/closed.ts': [
        [
          "return typeof trip === 'object' && trip !== null ? { to: 'open', reason: trip.policy, trip } : undefined",
          'return typeof trip === \'object\' && trip !== null ? { to: "", reason: trip.policy, trip } : undefined',
        ],
      ],
      'src/states/half-open.ts': [
        [
          "if (outcome === 'failure' && ++this.#failures > failuresTolerated) return { to: 'open', reason: 'probe-failed' }",
          "if (outcome === 'failure' && ++this.#failures > failuresTolerated) return { to: \"\", reason: 'probe-failed' }",
        ],
      ],
    },
  },
  {
    why: 'Only how much memory is taken.',
    mutants: {
      'src/made-again.ts': [['if (made.size >= many) made.clear()', 'if (false) made.clear()']],
      'src/window/count-window.ts': [
        [
          'this.#bits ??= new Uint32Array(Math.ceil(this.#size / 32))',
          'this.#bits ??= new Uint32Array(Math.ceil(this.#size * 32))',
        ],
      ],
    },
  },
  {
    why: 'Either is within what is promised: a bucket may begin with its first call or where the one before ended.',
    mutants: {
      'src/window/time-window.ts': [['if (now >= this.#bucketEndAt) {', 'if (true) {']],
    },
  },
]
