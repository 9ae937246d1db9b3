import type { TransitionMessage } from './gateway-messages.ts'
import { formatMs, formatSeconds } from './measure.ts'
import type { Colour } from './screen.ts'

/** A transition in words, with its reason and its numbers. */
export function describeTransition(transition: TransitionMessage): { word: string; colour: Colour; text: string } {
  const { breaker, to, stateDuration } = transition
  if (to === 'half-open') {
    return {
      word: 'PROBE',
      colour: 'cyan',
      text: `${breaker} is half-open after ${formatSeconds(stateDuration)}: a few calls are admitted as probes`,
    }
  }
  if (to === 'closed') return { word: 'CLOSED', colour: 'green', text: `${breaker}: ${describeClosing(transition)}` }
  const { openDuration } = transition
  const until = openDuration === undefined ? '' : `; no calls for ${formatSeconds(openDuration)}`
  return { word: 'OPEN', colour: 'yellow', text: `${breaker}: ${describeOpening(transition)}${until}` }
}

function describeOpening({ reason, trip, error, note }: TransitionMessage): string {
  const why = error === undefined ? '' : ` (${error})`
  if (reason === 'probe-failed') return `the probe failed${why}`
  if (trip === undefined) return note === undefined ? reason : `${reason}: ${note}`
  if (trip.failureRate == null) return `${trip.failures} failures in a row${why}`
  return `${trip.failures} of ${trip.calls} calls failed${why}, limit ${100 * trip.threshold} %`
}

function describeClosing({ reason, stateDuration, note }: TransitionMessage): string {
  if (reason === 'probes-succeeded') return `its probes succeeded within ${formatMs(stateDuration)}`
  return note === undefined ? reason : `${reason}: ${note}`
}
