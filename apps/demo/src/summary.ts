import type { GatewayReport } from './gateway-messages.ts'
import { type Answer, median, quantile, sayMs, saySeconds, whatGot } from './measure.ts'
import type { Story } from './scenario.ts'

interface Phase {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** The whole run as a small table. Answers belong to the phase in which their request was sent. */
export function summaryTable(answers: readonly Answer[], story: Story): string[] {
  const phases: Phase[] = [
    { name: 'before', from: 0, to: story.brokenAt },
    { name: 'payment hangs, breaker not yet open', from: story.brokenAt, to: story.openedAt },
    { name: 'breaker open or probing', from: story.openedAt, to: story.closedAt },
    { name: 'after it closed', from: story.closedAt, to: Number.POSITIVE_INFINITY },
  ]
  const dashboards = answers.filter(({ route }) => route === 'dashboard')
  const heading = row('requests sent', ['dashboards', 'p50', 'p99', 'live', 'fallback', 'failed'])
  return [heading, ...phases.map((phase) => phaseRow(phase, dashboards))]
}

function phaseRow({ name, from, to }: Phase, dashboards: readonly Answer[]): string {
  const sent = dashboards.filter(({ sentAt }) => sentAt >= from && sentAt < to)
  const latencies = sent.map(({ latency }) => latency)
  const live = sent.filter((answer) => whatGot(answer) === 'live').length
  const failed = sent.filter((answer) => whatGot(answer) === 'failed').length
  const cells = [sent.length, sayMs(quantile(latencies, 0.5)), sayMs(quantile(latencies, 0.99))]
  return row(name, [...cells, live, sent.length - live - failed, failed])
}

function row(name: string, cells: readonly (string | number)[]): string {
  return `  ${name.padEnd(36)}${cells.map((cell) => String(cell).padStart(10)).join('')}`
}

/** How long the payment part of a dashboard took within the gateway, and what became of the payments. */
export function details(answers: readonly Answer[]): string[] {
  const pieces = answers.flatMap(({ pieces }) => (pieces === undefined ? [] : [pieces.payment]))
  const took = (wanted: string) =>
    sayMs(median(pieces.filter((p) => (p.source === 'live' ? 'live' : p.why) === wanted).map((p) => p.tookMs)))
  const payments = answers.filter(({ route }) => route === 'pay')
  const count = (status: number) => payments.filter((answer) => answer.status === status).length
  const others = payments.length - count(201) - count(503) - count(504)
  return [
    `  payment part of a dashboard (median): live ${took('live')}, timed out ${took('timeout')}, circuit open ${took('circuit-open')}`,
    `  payments, which have no fallback: ${count(201)} made, ${count(504)} timed out, ${count(503)} told to retry later, ${others} other`,
  ]
}

/** The run in one sentence, and why it is a failure if it is one. */
export function verdict(
  answers: readonly Answer[],
  story: Story,
  { breakers }: GatewayReport,
): { sentence: string; failure?: string } {
  const dashboards = answers.filter(({ route }) => route === 'dashboard')
  const failed = dashboards.filter((answer) => whatGot(answer) === 'failed')
  const spared = breakers.find(({ name }) => name === 'payment.read')?.totals.rejected ?? 0
  const sentence =
    `The payment breaker opened ${saySeconds(story.openedAt - story.brokenAt)} after payment began to hang, spared it ` +
    `${spared} calls, and closed ${saySeconds(story.closedAt - story.healedAt)} after payment was well; ` +
    `${failed.length} of ${dashboards.length} dashboard requests failed.`
  if (failed.length === 0) return { sentence }
  const statuses = [...new Set(failed.map(({ status }) => status || 'none'))].join(', ')
  return { sentence, failure: `${failed.length} dashboard requests failed (status ${statuses})` }
}
