import type { GatewayReport } from './gateway-messages.ts'
import { type Answer, formatMs, formatSeconds, median, quantile, resultOf } from './measure.ts'
import type { Story } from './scenario.ts'

/** With the name of a phase, 80 columns. */
const widths = [6, 10, 10, 6, 9, 7]

interface Phase {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** The whole run as a table. A request belongs to the phase in which it was sent. */
export function summaryTable(answers: readonly Answer[], story: Story): string[] {
  const phases: Phase[] = [
    { name: 'before', from: 0, to: story.brokenAt },
    { name: 'payment hangs, breaker closed', from: story.brokenAt, to: story.openedAt },
    { name: 'breaker open or probing', from: story.openedAt, to: story.closedAt },
    { name: 'after it closed', from: story.closedAt, to: Number.POSITIVE_INFINITY },
  ]
  const dashboards = answers.filter(({ route }) => route === 'dashboard')
  const heading = row('phase', ['sent', 'p50', 'p99', 'live', 'fallback', 'failed'])
  return [heading, ...phases.map((phase) => phaseRow(phase, dashboards))]
}

function phaseRow({ name, from, to }: Phase, dashboards: readonly Answer[]): string {
  const sent = dashboards.filter(({ sentAt }) => sentAt >= from && sentAt < to)
  const latencies = sent.map(({ latency }) => latency)
  const live = sent.filter((answer) => resultOf(answer) === 'live').length
  const failed = sent.filter((answer) => resultOf(answer) === 'failed').length
  const cells = [sent.length, formatMs(quantile(latencies, 0.5)), formatMs(quantile(latencies, 0.99))]
  return row(name, [...cells, live, sent.length - live - failed, failed])
}

function row(name: string, cells: readonly (string | number)[]): string {
  return `  ${name.padEnd(30)}${cells.map((cell, column) => String(cell).padStart(widths[column] ?? 0)).join('')}`
}

/** The time of the payment part of a dashboard within the gateway, and the results of the payments. */
export function details(answers: readonly Answer[]): string[] {
  const pieces = answers.flatMap(({ pieces }) => (pieces === undefined ? [] : [pieces.payment]))
  const took = (source: string) =>
    formatMs(median(pieces.filter((p) => (p.source === 'live' ? 'live' : p.why) === source).map((p) => p.tookMs)))
  const payments = answers.filter(({ route }) => route === 'pay')
  const count = (status: number) => payments.filter((answer) => answer.status === status).length
  const others = payments.length - count(201) - count(503) - count(504)
  return [
    `  payment part of a dashboard (median): live ${took('live')}, timed out ${took('timeout')}, circuit open ${took('circuit-open')}`,
    `  payments, without a fallback: ${count(201)} made, ${count(504)} timed out, ${count(503)} rejected, ${others} other`,
  ]
}

/** The run in one sentence, and the reason if it is a failure. */
export function conclude(
  answers: readonly Answer[],
  story: Story,
  { breakers }: GatewayReport,
): { sentence: string; failure?: string } {
  const dashboards = answers.filter(({ route }) => route === 'dashboard')
  const failed = dashboards.filter((answer) => resultOf(answer) === 'failed')
  const rejected = breakers.find(({ name }) => name === 'payment.read')?.totals.rejected ?? 0
  const sentence =
    `The payment breaker opened ${formatSeconds(story.openedAt - story.brokenAt)} after payment began to hang, rejected ` +
    `${rejected} calls, and closed ${formatSeconds(story.closedAt - story.recoveredAt)} after payment recovered; ` +
    `${failed.length} of ${dashboards.length} dashboard requests failed.`
  if (failed.length === 0) return { sentence }
  const statuses = [...new Set(failed.map(({ status }) => status || 'none'))].join(', ')
  return { sentence, failure: `${failed.length} dashboard requests failed (status ${statuses})` }
}
