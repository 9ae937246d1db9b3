import { CircuitBreaker, type CircuitBreakerOptions, type ProbeLease, type SharedBreaker, shareState } from '@cb/core'
import type { FleetState, Operation, Reply, View } from '@cb/redis'
import { step } from '@cb/redis/step'
import type { Injected } from './simulation.ts'

/** An operation without its sender. */
type Request = Operation extends infer Each
  ? Each extends Operation
    ? Omit<Each, 'seen' | 'instance' | 'stay'>
    : never
  : never

/** Simulated milliseconds of a message between an instance and the store. */
const latency = 2

/**
 * A fleet in this page: the real protocol of `@cb/redis`, its pure function `step`, with a variable in place of Redis and simulated
 * time. (`joinFleet` itself is for Node.js: it needs its timers and modules.)
 */
export class PageFleet {
  #state: FleetState | null = null
  readonly #members = new Set<Member>()

  join(options: CircuitBreakerOptions, { now, random, after }: Injected): CircuitBreaker {
    const breaker = new CircuitBreaker({ ...options, now, random })
    const member = new Member(breaker, (operation, onReply) => {
      after(latency, () => {
        const { state, reply, isNews } = step(this.#state, operation, Math.floor(now()))
        this.#state = state
        after(latency, () => {
          member.adopt(reply)
          onReply?.(reply)
          if (isNews) for (const other of this.#members) other.adopt(reply)
        })
      })
    })
    this.#members.add(member)
    return breaker
  }
}

/** One instance, as far as this page needs it. */
class Member {
  readonly #breaker: CircuitBreaker
  readonly #shared: SharedBreaker
  readonly #send: (operation: Operation, onReply?: (reply: Reply) => void) => void
  #view: Pick<View, 'epoch' | 'state' | 'attempt'> = { epoch: 0, state: 'closed', attempt: 0 }
  #lease: string | undefined
  #isAsking = false
  #tokens = 0

  constructor(breaker: CircuitBreaker, send: (operation: Operation, onReply?: (reply: Reply) => void) => void) {
    this.#breaker = breaker
    this.#send = send
    const leases = { isConnected: true, ready: () => undefined, take: () => this.#take() }
    this.#shared = shareState(breaker, leases)
    breaker.on('transition', ({ to, cause, reason, openDuration = 1, attempt = 1 }) => {
      if (to !== 'open' || cause === 'fleet') return
      const openFor = Math.ceil(openDuration)
      this.#ask({
        op: 'trip',
        quorum: 0,
        voteFor: Math.max(openFor, 10_000),
        openFor,
        attempt,
        until: 0,
        note: reason,
      })
    })
    this.#ask({ op: 'read' })
  }

  adopt(view: View): void {
    const { epoch, state, remaining, attempt, reason } = view
    if (epoch <= this.#view.epoch) return
    this.#view = { epoch, state, attempt }
    this.#lease = undefined
    this.#shared.adopt({ ...view, state, remaining, attempt, reason: `fleet-${reason}`, override: null })
  }

  #ask(request: Request, onReply?: (reply: Reply) => void): void {
    const sender = { seen: this.#view.epoch, instance: this.#breaker.name, stay: 3_600_000 }
    this.#send({ ...request, ...sender } as Operation, onReply)
  }

  /** A call asks to be a probe: it may if the fleet has given a lease before. */
  #take(): ProbeLease | number | undefined {
    if (this.#view.state === 'closed') return undefined
    const { maxConcurrent: limit, probeTimeout, successesNeeded, failuresTolerated } = this.#shared.halfOpen
    const { epoch, attempt } = this.#view
    const token = this.#lease
    if (token === undefined) {
      this.#askForLease({ limit, leaseFor: 1.5 * probeTimeout, attempt })
      return 50
    }
    this.#lease = undefined
    return {
      settle: (outcome, error) => {
        if (epoch !== this.#view.epoch) return
        const openFor = Math.ceil(this.#shared.openDuration(attempt + 1, error))
        this.#ask({ op: 'report', token, outcome, successesNeeded, failuresTolerated, openFor })
      },
    }
  }

  #askForLease(terms: { limit: number; leaseFor: number; attempt: number }): void {
    if (this.#isAsking) return
    this.#isAsking = true
    const token = `${this.#breaker.name} ${++this.#tokens}`
    this.#ask({ op: 'lease', token, ...terms }, ({ leased, epoch }) => {
      this.#isAsking = false
      if (leased && epoch === this.#view.epoch) this.#lease = token
    })
  }
}
