import type { TransitionMessage } from './gateway-messages.ts'
import { type Answer, type Got, median, quantile, sayMs, saySeconds, whatGot } from './measure.ts'
import type { AlertEvent } from './observability/alert-watch.ts'
import { sayTransition } from './say-transition.ts'
import type { Colour, Screen } from './screen.ts'

const margin = ' '.repeat(10)

/** How each answer is told of. */
const sayings: Readonly<Record<Got, string>> = {
  live: 'live',
  waited: 'slow fallback',
  'at-once': 'fast fallback',
  failed: 'FAILED',
}

/** A stretch between two events with fewer answers is told of together with the next. */
const fewAnswers = 8

/** Prints what happens, one line per event, and after each what callers have got since the event before. */
export class Timeline {
  readonly #screen: Screen
  readonly #startedAt = now()
  #stretch: Answer[] = []
  #second: Answer[] = []

  constructor(screen: Screen) {
    this.#screen = screen
  }

  event(word: string, colour: Colour, text: string, at = now()): void {
    this.callers()
    const time = saySeconds(Math.max(0, at - this.#startedAt)).padStart(8)
    this.#screen.print(`${time}  ${this.#screen.paint(colour, word.padEnd(8))}${text}`)
  }

  transition(transition: TransitionMessage): void {
    const { word, colour, text } = sayTransition(transition)
    this.event(word, colour, text, transition.at)
  }

  alert({ alert, summary, breaker, firing, at }: AlertEvent): void {
    if (firing) this.event('ALERT', 'red', `${alert}: ${summary}`, at)
    else this.event('OVER', 'green', `${alert}: ${breaker}`, at)
  }

  answer(answer: Answer): void {
    if (answer.route !== 'dashboard') return
    this.#stretch.push(answer)
    this.#second.push(answer)
  }

  /** Tells what callers have got since the last event. */
  callers(): void {
    if (this.#stretch.length < fewAnswers) return
    this.#screen.print(this.#screen.paint('dim', `${margin}callers: ${sayAnswers(this.#stretch)}`))
    this.#stretch = []
  }

  /** Call it once a second. */
  tick(): void {
    const latencies = this.#second.map(({ latency }) => latency)
    const [p50, p99] = [0.5, 0.99].map((share) => sayMs(quantile(latencies, share)))
    this.#screen.status(
      `     now  ${latencies.length} dashboards/s, p50 ${p50}, p99 ${p99}: ${sayAnswers(this.#second)}`,
    )
    this.#second = []
  }
}

function sayAnswers(answers: readonly Answer[]): string {
  const parts: string[] = []
  for (const [got, saying] of Object.entries(sayings)) {
    const latencies = answers.filter((answer) => whatGot(answer) === got).map(({ latency }) => latency)
    if (latencies.length > 0) parts.push(`${latencies.length} ${saying} (${sayMs(median(latencies))})`)
  }
  return parts.join(', ')
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
