import type { TransitionMessage } from './gateway-messages.ts'
import { sayMs, saySeconds } from './measure.ts'
import type { Colour } from './screen.ts'

/** A transition in words: what happened, and why, with the numbers it was decided on. */
export function sayTransition(transition: TransitionMessage): { word: string; colour: Colour; text: string } {
  const { breaker, to, stateDuration } = transition
  if (to === 'half-open') {
    return {
      word: 'PROBE',
      colour: 'cyan',
      text: `${breaker} is half-open after ${saySeconds(stateDuration)}: a few calls may try`,
    }
  }
  if (to === 'closed') return { word: 'CLOSED', colour: 'green', text: `${breaker}: ${sayWhyClosed(transition)}` }
  const { openDuration } = transition
  const until = openDuration === undefined ? '' : `; no calls for ${saySeconds(openDuration)}`
  return { word: 'OPEN', colour: 'yellow', text: `${breaker}: ${sayWhyOpen(transition)}${until}` }
}

function sayWhyOpen({ reason, trip, error }: TransitionMessage): string {
  const why = error === undefined ? '' : ` (${error})`
  if (reason === 'probe-failed') return `the probe failed${why}`
  if (trip === undefined) return reason
  if (trip.failureRate == null) return `${trip.failures} failures in a row${why}`
  return `${trip.failures} of ${trip.calls} calls failed${why}, limit ${100 * trip.threshold} %`
}

function sayWhyClosed({ reason, stateDuration }: TransitionMessage): string {
  return reason === 'probes-succeeded' ? `its probes succeeded within ${sayMs(stateDuration)}` : reason
}
