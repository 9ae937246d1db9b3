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
      'src/clock.ts': [
        [
          'return (globalThis.setTimeout === usualTimer ? usual : performance).now()',
          'return (false ? usual : performance).now()',
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
        ['if (!this.#isWatched) return', 'if (false) return'],
        ["const justRead = issuer.timed && verdict !== 'late' && outcome !== 'ignored'", 'const justRead = false'],
        [
          "if (this.#isWatched) this.announcer.add({ name: 'transition', event: transition })",
          "if (true) this.announcer.add({ name: 'transition', event: transition })",
        ],
      ],
      'src/options.ts': [
        [
          'if (latest === undefined || !sharedNames.every((name) => Object.is(options[name], latest?.options[name])))',
          'if (true)',
        ],
        [
          'if (latest === undefined || !sharedNames.every((name) => Object.is(options[name], latest?.options[name])))',
          'if (latest === undefined || !sharedNames.every(() => undefined))',
        ],
        ['if (halfOpen !== undefined || callTimeout !== undefined)', 'if (true)'],
        [
          'if (options.halfOpen ?? options.ramp) return changeSettings(nothingSaid, options)',
          'if (true) return changeSettings(nothingSaid, options)',
        ],
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
        ['const ramp = this.#ramp && this.ramp', 'const ramp = this.#ramp || this.ramp'],
        [
          "if (refuses !== undefined && this.#ask((watch) => watch.refuses?.()) === true) return new Rejection('throttled', 1)",
          "if (true && this.#ask((watch) => watch.refuses?.()) === true) return new Rejection('throttled', 1)",
        ],
        [
          'if (began !== undefined) this.#ask((watch) => watch.began?.(permit))',
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
        ['if (ended >= this.#cut.buckets) return this.#empty()', 'if (ended > this.#cut.buckets) return this.#empty()'],
        ['if (this.calls === 0 || now < this.#bucketEndAt) return', 'if (this.calls === 0 || false) return'],
      ],
      'src/circuit-breaker.ts': [
        [
          'if (machine?.state.onValue !== undefined && !machine.callsAreWatched) return plainCall(fn, machine.state)',
          'if (false) return plainCall(fn, machine.state)',
        ],
      ],
      'src/observer.ts': [
        ['if (present === loud) return true', 'if (true) return true'],
        ['if (present === loud) return true', 'if (false) return true'],
        ['if (present === loud) return true', 'if (present !== loud) return true'],
        ['const followed = present?.some(({ outcome, call }) => outcome ?? call) === true', 'const followed = true'],
        [
          'return hub.observers !== quiet && look(hub.observers)',
          'return hub.observers !== quiet || look(hub.observers)',
        ],
        ['return hub.observers !== quiet && look(hub.observers)', 'return true && look(hub.observers)'],
      ],
      'src/execute.ts': [
        [
          'if (callTimeout === undefined && signal === undefined) return fn(idleSignal)',
          'if (false) return fn(idleSignal)',
        ],
      ],
    },
  },
  {
    why: 'A guard before a `try`, or what its `catch` answers: without the guard the same answer comes the other way.',
    mutants: {
      'src/errors.ts': [['} catch {', '} catch {}']],
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
      'src/observer.ts': [
        [
          '...(observer.outcome && { outcome: (event, breaker, call) => observer.outcome?.(event, breaker, call) }),',
          '...(observer.outcome && { outcome: (event, breaker, call) => observer.outcome(event, breaker, call) }),',
        ],
        [
          'observer.call ? () => observer.call?.(inner, breaker, call) : inner',
          'observer.call ? () => observer.call(inner, breaker, call) : inner',
        ],
        [
          "attempt(entry, breaker, 'an observer', () => observer.call?.(runOnce, breaker, call))",
          "attempt(entry, breaker, 'an observer', () => observer.call(runOnce, breaker, call))",
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
      'src/trip/any-of.ts': [
        [
          'if (refusing.length > 0) this.refuses = () => refusing.some((watch) => watch.refuses?.() === true)',
          'if (refusing.length > 0) this.refuses = () => refusing.some((watch) => watch.refuses() === true)',
        ],
      ],
      'src/states/closed.ts': [
        [
          'return this.#watch.overdue && verdictOf(this.#ask((watch) => watch.overdue?.()))',
          'return this.#watch.overdue && verdictOf(this.#ask((watch) => watch.overdue()))',
        ],
        [
          "if (refuses !== undefined && this.#ask((watch) => watch.refuses?.()) === true) return new Rejection('throttled', 1)",
          "if (refuses !== undefined && this.#ask((watch) => watch.refuses()) === true) return new Rejection('throttled', 1)",
        ],
        [
          'if (began !== undefined) this.#ask((watch) => watch.began?.(permit))',
          'if (began !== undefined) this.#ask((watch) => watch.began(permit))',
        ],
      ],
      'src/limits.ts': [['stop(callerSignal?.reason)', 'stop(callerSignal.reason)']],
    },
  },
  {
    why: 'At the very limit both sides come to the same, or no reading falls on it.',
    mutants: {
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
        ['if (++this.success < this.#nextStamp) return', 'if (++this.success <= this.#nextStamp) return'],
        [
          'this.#nextStamp = this.#rapid > rapidSuccesses ? this.success + rapidSuccesses : 0',
          'this.#nextStamp = this.#rapid >= rapidSuccesses ? this.success + rapidSuccesses : 0',
        ],
      ],
    },
  },
  {
    why: 'Without the check the lines below come to the same: nothing is deleted, and a number that is none compares false.',
    mutants: {
      'src/trip/slow-call-rate.ts': [
        [
          'if (call === undefined || beganAt === undefined) return undefined',
          'if (false || beganAt === undefined) return undefined',
        ],
      ],
    },
  },
  {
    why: 'It is there for another runtime; the tests that run here see Node.js only. `@cb/compat` runs the others.',
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
      'src/states/half-open.ts': [['readonly timed = true', 'readonly timed = false']],
      'src/trip/slow-call-rate.ts': [['readonly timed = true', 'readonly timed = false']],
      'src/states/forced.ts': [
        [
          'if (this.#endsAt === Infinity || this.#clock.now() < this.#endsAt) return undefined',
          'if (false || this.#clock.now() < this.#endsAt) return undefined',
        ],
      ],
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
      'src/window/time-window.ts': [
        ['const past = this.#past ?? []', 'const past = this.#past ?? ["Stryker was here"]'],
      ],
    },
  },
  {
    why: 'Done elsewhere as well: a listener that is removed when the call ends, a check that the next line makes again.',
    mutants: {
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
      'src/limits.ts': [
        [
          "callerSignal?.addEventListener('abort', onAbort, { once: true })",
          "callerSignal?.addEventListener('abort', onAbort, {})",
        ],
        [
          "callerSignal?.addEventListener('abort', onAbort, { once: true })",
          "callerSignal?.addEventListener('abort', onAbort, { once: false })",
        ],
      ],
    },
  },
  {
    why: 'Only another version of the package in the same process could tell the difference.',
    mutants: {
      'src/observer.ts': [
        [
          "attempt(observer, breaker, 'an observer', () => observer.created?.(breaker))",
          "attempt(observer, breaker, 'an observer', () => observer.created(breaker))",
        ],
      ],
      'src/announcer.ts': [
        [
          "attempt(observer, this.#breaker, 'an observer', () => observer[name]?.(event as never, this.#breaker, call))",
          "attempt(observer, this.#breaker, 'an observer', () => observer[name](event as never, this.#breaker, call))",
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
  {
    why: 'Any word but `open` and `half-open` closes.',
    mutants: {
      'src/states/half-open.ts': [
        ["return { to: 'closed', reason: 'probes-succeeded' }", 'return { to: "", reason: \'probes-succeeded\' }'],
      ],
    },
  },
]
