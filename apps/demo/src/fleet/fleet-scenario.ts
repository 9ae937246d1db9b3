import { setTimeout as sleep } from 'node:timers/promises'
import type { StateName } from '@cb/core'
import { formatSeconds } from '../measure.ts'
import type { Timeline } from '../timeline.ts'
import type { CallCounts } from './call-counter.ts'
import { describeOwn, describeShared, type GatewayTransition } from './describe-fleet-transition.ts'

/** What one outage has cost. Durations are milliseconds. */
export interface Outage extends CallCounts {
  /** From the fault until all gateways were open. */
  readonly opening: number
  /** From the recovery until all gateways were closed. */
  readonly closing: number
}

/** What the scenario does to the payment service. */
export interface PaymentControl {
  setFault(mode: 'hanging' | 'healthy'): Promise<void>
  /** What it has counted since the last time. */
  takeCounts(): Promise<CallCounts>
}

const healthyFor = 2_000
/** Long enough for one probe of each gateway, too short for a second one. */
const outageFor = 8_000
/** Long enough for every step on a slow machine. */
const patience = 60_000

/** One outage of payment, seen by all gateways. */
export class FleetScenario {
  readonly #gateways: readonly string[]
  readonly #payment: PaymentControl
  readonly #timeline: Timeline
  readonly #isShared: boolean
  #transitions: GatewayTransition[] = []
  /** The latest decision of the fleet that is printed: each gateway reports it. */
  #printed: StateName | undefined
  #wake = () => {}

  constructor(gateways: readonly string[], payment: PaymentControl, timeline: Timeline, isShared: boolean) {
    this.#gateways = gateways
    this.#payment = payment
    this.#timeline = timeline
    this.#isShared = isShared
  }

  onTransition(transition: GatewayTransition): void {
    this.#transitions.push(transition)
    const { cause, to, at } = transition
    // A gateway of a fleet may notice the end of the open duration before the fleet tells it.
    const isOfFleet = cause === 'fleet' || (this.#isShared && to === 'half-open')
    const decision = isOfFleet ? to : undefined
    if (decision === undefined || decision !== this.#printed) {
      const { word, colour, text } = isOfFleet ? describeShared(transition) : describeOwn(transition)
      this.#timeline.event(word, colour, text, at)
    }
    this.#printed = decision ?? this.#printed
    this.#wake()
  }

  /** @throws Error naming the step that did not happen. */
  async play(): Promise<Outage> {
    const count = this.#gateways.length
    await sleep(healthyFor)
    await this.#payment.takeCounts()
    const brokenAt = await this.#setFault('hanging')
    this.#timeline.event('FAULT', 'red', 'payment hangs: it accepts requests but never responds', brokenAt)
    const opening = (await this.#all('opens', ({ to }) => to === 'open')) - brokenAt
    this.#timeline.event('OPEN', 'yellow', `all ${count} gateways, ${formatSeconds(opening)} after the fault`)
    await this.#probesFail()
    await sleep(Math.max(0, brokenAt + outageFor - now()))
    this.#transitions = this.#gateways.flatMap((gateway) => this.#last(gateway) ?? [])
    const recoveredAt = await this.#setFault('healthy')
    this.#timeline.event('RECOVERED', 'green', 'payment responds again (the gateways do not know yet)', recoveredAt)
    await this.#until('all gateways close', () => this.#gateways.every((name) => this.#last(name)?.to === 'closed'))
    const closing = Math.max(...this.#gateways.map((name) => this.#last(name)?.at ?? 0)) - recoveredAt
    this.#timeline.event('CLOSED', 'green', `all ${count} gateways, ${formatSeconds(closing)} after the recovery`)
    return { opening, closing, ...(await this.#payment.takeCounts()) }
  }

  /** A probe of each gateway, or one of the fleet. */
  async #probesFail(): Promise<void> {
    const isIt = ({ reason }: GatewayTransition) => reason.endsWith('probe-failed')
    if (this.#isShared) await this.#until('a probe of the fleet fails', () => this.#transitions.some(isIt))
    else await this.#all('has a failed probe', isIt)
  }

  async #setFault(mode: 'hanging' | 'healthy'): Promise<number> {
    const sentAt = now()
    await this.#payment.setFault(mode)
    return sentAt
  }

  /** Waits until each gateway has such a transition; resolves to the time of the last one's first. */
  async #all(what: string, isIt: (transition: GatewayTransition) => boolean): Promise<number> {
    const firsts = () =>
      this.#gateways.map((name) => this.#transitions.find((event) => event.gateway === name && isIt(event)))
    await this.#until(`each gateway ${what}`, () => firsts().every((first) => first !== undefined))
    return Math.max(...firsts().map((first) => first?.at ?? 0))
  }

  #last(name: string): GatewayTransition | undefined {
    return this.#transitions.findLast(({ gateway }) => gateway === name)
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const deadline = performance.now() + patience
    while (!isSo()) {
      const left = deadline - performance.now()
      if (left <= 0) throw new Error(`timed out after ${patience / 1_000} s: waited until ${what}`)
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await Promise.race([woken, sleep(left, undefined, { ref: false })])
    }
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
