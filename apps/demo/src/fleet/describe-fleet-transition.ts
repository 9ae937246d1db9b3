import { describeTransition } from '../describe-transition.ts'
import type { TransitionMessage } from '../gateway-messages.ts'
import { formatSeconds } from '../measure.ts'
import type { Colour } from '../screen.ts'

/** A transition of the breaker for payment in one of the gateways. */
export type GatewayTransition = TransitionMessage & { readonly gateway: string }

/** An event of the timeline. */
export interface Description {
  readonly word: string
  readonly colour: Colour
  readonly text: string
}

/** A transition that a gateway has decided by itself, in words that fit a narrow terminal. */
export function describeOwn({ gateway, openDuration: _, ...transition }: GatewayTransition): Description {
  const described = describeTransition({ ...transition, breaker: gateway })
  const { to, stateDuration } = transition
  if (to !== 'half-open') return described
  return { ...described, text: `${gateway} is half-open after ${formatSeconds(stateDuration)}` }
}

/** What the fleet has decided for all gateways. */
export function describeShared(transition: GatewayTransition): Description {
  const { reason, by, openDuration = 0 } = transition
  const texts: Readonly<Record<string, string>> = {
    'fleet-tripped': `${by} has tripped, so all open`,
    'fleet-probe-failed': `the probe of ${by} failed; no calls for ${formatSeconds(openDuration)}`,
    'fleet-probes-succeeded': `the probes succeeded, the last one was of ${by}`,
  }
  const { word, colour, to } = { ...describeTransition(transition), ...transition }
  return {
    word,
    colour,
    text: `fleet: ${to === 'half-open' ? 'half-open, each probe needs a lease' : (texts[reason] ?? reason)}`,
  }
}
