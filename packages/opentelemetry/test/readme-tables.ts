import { alertRules } from '../monitoring/alerts.ts'
import { flappingMinutes, flaps, questions } from '../monitoring/questions.ts'
import { attribute, callSpanPrefix, logEvent, metric, overflowName, spanName } from '../src/names.ts'

/** The tables of README.md, made from the names in the code. */

type Key = keyof typeof attribute

const server: Key[] = ['serverAddress', 'serverPort']
const transition: Key[] = ['name', ...server, 'state', 'previousState', 'reason', 'fleetInstance']
const cause: Key[] = ['failureRate', 'windowCalls', 'slowCalls', 'errorType']

const spans: [name: string, made: string, attributes: Key[]][] = [
  [spanName.open, 'at the transition, with zero length', [...transition, ...cause]],
  [spanName['half-open'], 'at the transition, with zero length', transition],
  [spanName.closed, 'at the transition, with zero length', transition],
  [`${callSpanPrefix} {name}`, 'with `callSpans`, one call', ['name', ...server, 'state', 'outcome', 'errorType']],
  [
    spanName.outage,
    'with `outageSpan`, when the breaker closes: the time since its opening',
    ['name', ...server, 'reason', 'fleetInstance', ...cause],
  ],
]

const metricAttributes: Readonly<Record<keyof typeof metric, Key[]>> = {
  state: ['name', 'state'],
  transitions: ['name', 'state', 'previousState'],
  calls: ['name', 'outcome'],
  shadowedCalls: ['name'],
  fallbacks: ['name'],
  callDuration: ['name', 'outcome', 'errorType'],
  failureRate: ['name'],
  slowCallRate: ['name'],
  outageDuration: ['name'],
  override: ['name', 'overrideKind'],
  stateDuration: ['name', 'state'],
  fleetConnected: ['name'],
}

const values: Readonly<Record<Key, [type: string, meaning: string]>> = {
  name: [
    'string',
    `the breaker's name, at most 256 characters, without control characters and [without credentials](#credentials); in metrics the result of \`aggregate\`, or \`${overflowName}\``,
  ],
  shadow: ['boolean', '`true` on everything of a breaker with `shadow: true`; no other has it'],
  state: ['string', '`closed`, `open`, `half_open`; of a call: the state that admitted or rejected it'],
  previousState: ['string', '`closed`, `open`, `half_open`'],
  reason: [
    'string',
    '`consecutive_failures`, `failure_count`, `failure_rate`, `slow_call_rate` or the name of your own trip policy; `probe_failed`, `probes_succeeded`, `probes_undecided`, `open_duration_ended`, `forced`, `override_expired`, `resumed`, `reset`, `probe_now`, `restored`; with a fleet `fleet_` and [its reason](../redis/README.md#what-is-emitted). In no metric, because there may be too many',
  ],
  failureRate: ['double', '0 to 1, of the calls in the window, if a trip policy decided that looks at failures'],
  windowCalls: ['int', 'calls in the window, if a trip policy decided'],
  slowCalls: ['int', 'slow calls in the window, if `slowCallRate` decided'],
  outcome: [
    'string',
    '`success`, `failure`, `timeout`, `ignored`, `rejected`; `late`: it settled after the state that admitted it had ended, or twice',
  ],
  overrideKind: ['string', '`open`, `closed`; in the log event of its end `none`'],
  fleetInstance: [
    'string',
    'if a fleet has decided: the instance whose vote or probe it was, or the operator; on spans and log events only, at most 256 characters',
  ],
  note: [
    'string',
    'of an operator, or from a fleet why the instance tripped, in log events only; at most 256 characters, without credentials',
  ],
  rejectedNames: [
    'string[]',
    'on the span of a caller: the names of the breakers that rejected its calls, each once, at most 16',
  ],
  rejectedCount: ['int', 'on the span of a caller: how many of its calls were rejected'],
  errorType: [
    'string',
    'for failures, timeouts and rejections only: the `code` of the error or of its nearest cause with one, a text or an integer (`14` of gRPC), or else its name; at most 64 characters and 50 different ones, further ones are `_OTHER`',
  ],
  serverAddress: ['string', 'the host, if the name is an origin, as with HTTP adapters'],
  serverPort: ['int', 'the port of that host'],
}

const conditions: Readonly<Record<string, string>> = {
  CircuitBreakerOpenTooLong:
    'for 5 minutes open or forced open, or half-open while within 2 minutes a call was rejected or probes failed',
  CircuitBreakerHalfOpenWithoutCalls: 'for 15 minutes half-open while nobody calls it',
  CircuitBreakerRejectionShare: 'more than 25 % of at least 20 calls within 5 minutes rejected, for 2 minutes',
  CircuitBreakerFlapping: `at least ${flaps} openings from closed within ${flappingMinutes} minutes, for 1 minute`,
  CircuitBreakerOverrideLeftBehind: 'for 30 minutes forced open or closed',
}

const codes = (keys: readonly Key[]) => keys.map((key) => `\`${attribute[key]}\``).join(', ')

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

export const tables: Readonly<Record<string, string>> = {
  spans: table(
    ['name', 'when', 'attributes'],
    spans.map(([name, made, keys]) => [`\`${name}\``, made, codes(keys)]),
  ),
  metrics: table(
    ['name', 'instrument', 'unit', 'attributes', 'meaning'],
    Object.entries(metric).map(([key, { name, instrument, unit, description }]) => [
      `\`${name}\``,
      instrument,
      `\`${unit}\``,
      codes(metricAttributes[key as keyof typeof metric]),
      description,
    ]),
  ),
  'log events': table(
    ['name', 'severity', 'attributes'],
    [
      [
        `\`${logEvent.transition}\``,
        '`WARN` when opening, otherwise `INFO`',
        `those of the transition's span, ${codes(['note'])}`,
      ],
      [
        `\`${logEvent.override}\``,
        '`WARN` for `forceOpen` and `forceClosed`, `INFO` for the end',
        codes(['name', ...server, 'overrideKind', 'reason', 'fleetInstance', 'note']),
      ],
    ],
  ),
  values: table(
    ['attribute', 'type', 'values'],
    Object.entries(values).map(([key, [type, meaning]]) => [codes([key as Key]), type, meaning]),
  ),
  alerts: table(
    ['alert', 'severity', 'condition'],
    alertRules().groups[0].rules.map(({ alert, labels }) => [
      `[\`${alert}\`](RUNBOOK.md#${alert.toLowerCase()})`,
      labels.severity,
      conditions[alert] ?? '',
    ]),
  ),
  questions: Object.values(questions())
    .map(
      ({ title, value, promql, traceql }) =>
        `**${title}** The value: ${value}.\n\n\`\`\`promql\n${promql}\n\`\`\`\n\n\`\`\`traceql\n${traceql}\n\`\`\`\n`,
    )
    .join('\n'),
}

/** The README with each table, between its two marks, regenerated. */
export function withTables(readme: string): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [before, rest = ''] = text.split(`<!-- ${name} -->\n`)
    const [, after] = rest.split(`<!-- /${name} -->`)
    if (after === undefined) throw new Error(`README.md has no marks for the table of ${name}`)
    return `${before}<!-- ${name} -->\n${table}\n<!-- /${name} -->${after}`
  }, readme)
}
