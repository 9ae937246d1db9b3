import { describeTransition } from './describe-transition.ts'
import type { TransitionMessage } from './gateway-messages.ts'
import { type Answer, formatMs, formatSeconds, median, quantile, type Result, resultOf } from './measure.ts'
import type { AlertEvent } from './observability/alert-poller.ts'
import type { Colour, Screen } from './screen.ts'

const margin = ' '.repeat(10)

const labels: Readonly<Record<Result, string>> = {
  live: 'live',
  'slow-fallback': 'fallback after timeout',
  'fast-fallback': 'fast fallback',
  failed: 'FAILED',
}

/** If there are fewer answers between two events, they are printed with the next ones. */
const minimumAnswers = 8

/** Prints one line per event, and before it what callers have got since the previous event. */
export class Timeline {
  readonly #screen: Screen
  readonly #startedAt = now()
  #sinceEvent: Answer[] = []
  #sinceTick: Answer[] = []

  constructor(screen: Screen) {
    this.#screen = screen
  }

  event(word: string, colour: Colour, text: string, at = now()): void {
    this.callers()
    const time = formatSeconds(Math.max(0, at - this.#startedAt)).padStart(8)
    this.#screen.print(`${time}  ${this.#screen.paint(colour, word.padEnd(10))}${text}`)
  }

  transition(transition: TransitionMessage): void {
    const { word, colour, text } = describeTransition(transition)
    this.event(word, colour, text, transition.at)
  }

  alert({ alert, summary, breaker, firing, at }: AlertEvent): void {
    if (firing) this.event('ALERT', 'red', `${alert}: ${summary}`, at)
    else this.event('OVER', 'green', `${alert}: ${breaker}`, at)
  }

  answer(answer: Answer): void {
    if (answer.route !== 'dashboard') return
    this.#sinceEvent.push(answer)
    this.#sinceTick.push(answer)
  }

  /** Prints what callers have got since the last event. */
  callers(): void {
    if (this.#sinceEvent.length < minimumAnswers) return
    this.#screen.print(this.#screen.paint('dim', `${margin}callers: ${formatAnswers(this.#sinceEvent)}`))
    this.#sinceEvent = []
  }

  /** Call it once a second. */
  tick(): void {
    const latencies = this.#sinceTick.map(({ latency }) => latency)
    const [p50, p99] = [0.5, 0.99].map((ratio) => formatMs(quantile(latencies, ratio)))
    this.#screen.status(
      `     now  ${latencies.length} dashboards/s, p50 ${p50}, p99 ${p99}: ${formatAnswers(this.#sinceTick)}`,
    )
    this.#sinceTick = []
  }
}

function formatAnswers(answers: readonly Answer[]): string {
  const parts: string[] = []
  for (const [result, label] of Object.entries(labels)) {
    const latencies = answers.filter((answer) => resultOf(answer) === result).map(({ latency }) => latency)
    if (latencies.length > 0) parts.push(`${latencies.length} ${label} (${formatMs(median(latencies))})`)
  }
  return parts.join(', ')
}

function now(): number {
  return performance.timeOrigin + performance.now()
}
