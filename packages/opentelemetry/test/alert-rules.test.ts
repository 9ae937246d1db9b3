import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type AlertRule, alertRules, type RuleFile } from '../monitoring/alerts.ts'
import { needsPrometheus, promtool, type RuleCase, testRules } from './promtool.ts'

needsPrometheus()

/** One value a minute, in the notation of promtool: `1x5` is six times 1, `0+10x5` rises by 10 five times. */
const interval = '1m'
const of = 'job="shop",instance="a:1",circuit_breaker_name="payments"'

const state = (name: string, values: string) => ({
  series: `circuit_breaker_state{${of},circuit_breaker_state="${name}"}`,
  values,
})
const transitions = (from: string, to: string, values: string) => ({
  series: `circuit_breaker_transitions_total{${of},circuit_breaker_state="${to}",circuit_breaker_previous_state="${from}"}`,
  values,
})
const inShadow = ({ series, values }: { series: string; values: string }) => ({
  series: series.replace('{', '{circuit_breaker_shadow="true",'),
  values,
})
const otherInstance = ({ series, values }: { series: string; values: string }) => ({
  series: series.replace('a:1', 'b:1'),
  values,
})
const override = (kind: string, values: string) => ({
  series: `circuit_breaker_override{${of},circuit_breaker_override_kind="${kind}"}`,
  values,
})
const calls = (outcome: string, values: string) => ({
  series: `circuit_breaker_calls_total{${of},circuit_breaker_call_outcome="${outcome}"}`,
  values,
})

/** @param summary  of the alert that must fire at that minute; without one no alert must fire. */
function at(minute: number, alertname: string, summary?: string, labels: Record<string, string> = {}): object {
  const rule = alertRules().groups[0].rules.find(({ alert }) => alert === alertname) as AlertRule
  const description = rule.annotations.description.replace(/\{\{ \$labels\.job }} \{\{ .* }}/, 'shop a:1')
  const firing = {
    exp_labels: { ...rule.labels, ...labels, job: 'shop', instance: 'a:1', circuit_breaker_name: 'payments' },
    exp_annotations: { ...rule.annotations, summary, description },
  }
  return { eval_time: `${minute}m`, alertname, exp_alerts: summary === undefined ? [] : [firing] }
}

const openTooLong = 'CircuitBreakerOpenTooLong'
const halfOpenIdle = 'CircuitBreakerHalfOpenWithoutCalls'
const rejectionShare = 'CircuitBreakerRejectionShare'
const flapping = 'CircuitBreakerFlapping'
const overrideLeft = 'CircuitBreakerOverrideLeftBehind'

const cases: Record<string, RuleCase> = {
  'a breaker that alternates between open and half-open for 5 minutes alerts until it closes': {
    interval,
    input_series: [
      state('closed', '1x1 0x7 1x5'),
      state('open', '0x1 1 1 0 1 1 1 0 1 0x5'),
      state('half_open', '0x1 0 0 1 0 0 0 1 0 0x5'),
      calls('failure', '0+5x14'),
      calls('rejected', '0+5x14'),
    ],
    alert_rule_test: [
      at(6, openTooLong),
      at(8, openTooLong, 'payments has not been closed for 5m'),
      at(10, openTooLong),
    ],
  },
  'a breaker that is half-open and whose probes fail alerts until nobody calls it, and is then only worth a note': {
    interval,
    input_series: [
      state('half_open', '1x60'),
      state('open', '0x60'),
      transitions('half_open', 'open', '0+1x10 10x50'),
      calls('failure', '0+1x10 10x50'),
    ],
    alert_rule_test: [
      at(8, openTooLong, 'payments has not been closed for 5m'),
      at(16, openTooLong),
      at(29, halfOpenIdle),
      at(31, halfOpenIdle, 'payments is half-open, and nobody calls it'),
      at(60, openTooLong),
    ],
  },
  'a breaker that is half-open and rejects calls alerts, also beside an instance without calls': {
    interval,
    input_series: [
      state('half_open', '1x20'),
      calls('rejected', '0+3x20'),
      otherInstance(state('half_open', '1x20')),
      otherInstance(calls('rejected', '3x20')),
    ],
    alert_rule_test: [at(8, openTooLong, 'payments has not been closed for 5m')],
  },
  'a breaker that was open for a minute and has had no call since never alerts as open': {
    interval: '15s',
    input_series: [
      state('open', '0x3 1x3 0x200'),
      state('half_open', '0x7 1x200'),
      calls('failure', '0+15x3 45x300'),
      calls('rejected', '0x3 15+15x3 60x300'),
      transitions('half_open', 'open', '0x300'),
    ],
    alert_rule_test: [
      ...[4, 5, 6, 7, 8, 30].map((minute) => at(minute, openTooLong)),
      at(30, halfOpenIdle, 'payments is half-open, and nobody calls it'),
    ],
  },
  'a healthy breaker that is called does not make an idle half-open one of its name alert': {
    interval,
    input_series: [
      state('half_open', '1x60'),
      state('closed', '1x60'),
      state('open', '0x60'),
      calls('success', '0+60x60'),
      calls('rejected', '5x60'),
      transitions('half_open', 'open', '2x60'),
    ],
    alert_rule_test: [at(10, openTooLong), at(50, openTooLong)],
  },
  'a breaker in shadow mode alerts where it is forced open, because then it rejects, and nowhere else': {
    interval,
    input_series: [
      inShadow(state('open', '1x30')),
      inShadow(override('open', '0x9 1x20')),
      inShadow(calls('rejected', '0x9 0+60x20')),
      inShadow(calls('failure', '0+60x9 540x20')),
    ],
    alert_rule_test: [
      at(9, openTooLong),
      at(9, rejectionShare),
      at(20, openTooLong, 'payments has not been closed for 5m'),
      at(20, rejectionShare, 'payments rejects 100% of its calls', { circuit_breaker_shadow: 'true' }),
    ],
  },
  'many calls in shadow mode do not hide that an ordinary breaker of the name rejects': {
    interval,
    input_series: [
      calls('rejected', '0+20x20'),
      calls('success', '0+20x20'),
      inShadow(calls('success', '0+900x20')),
      inShadow(calls('rejected', '0x20')),
    ],
    alert_rule_test: [at(10, rejectionShare, 'payments rejects 50% of its calls')],
  },
  'an open breaker that nobody calls alerts': {
    interval,
    input_series: [state('open', '1x25'), calls('failure', '3x25')],
    alert_rule_test: [at(6, openTooLong, 'payments has not been closed for 5m'), at(25, halfOpenIdle)],
  },
  'two outages of 4 minutes each are not one of 8': {
    interval,
    input_series: [state('open', '0 1x3 0 1x3 0')],
    alert_rule_test: [at(5, openTooLong), at(9, openTooLong)],
  },
  'a breaker that no longer exists, and so is in no state, does not alert': {
    interval,
    input_series: [state('closed', '1 0x20'), state('open', '0x21'), state('half_open', '0x21')],
    alert_rule_test: [at(20, openTooLong), at(20, overrideLeft)],
  },
  'a third of the calls rejected alerts until they are admitted again': {
    interval,
    input_series: [calls('success', '0+40x40'), calls('rejected', '0x10 20+20x7 160x20')],
    alert_rule_test: [
      at(11, rejectionShare),
      at(16, rejectionShare, 'payments rejects 33.33% of its calls'),
      at(30, rejectionShare),
    ],
  },
  'the rejections of a breaker with a few calls do not alert': {
    interval,
    input_series: [calls('success', '0x30'), calls('rejected', '0+2x30')],
    alert_rule_test: [at(20, rejectionShare)],
  },
  'a fifth of the calls rejected does not alert': {
    interval,
    input_series: [calls('success', '0+80x30'), calls('rejected', '0+20x30')],
    alert_rule_test: [at(20, rejectionShare)],
  },
  'three openings from closed within 15 minutes alert as flapping, including the first one of a series': {
    interval,
    input_series: [
      transitions('closed', 'open', '0x4 1x4 2x4 3x20'),
      otherInstance(transitions('closed', 'open', '0x4 1x28')),
    ],
    alert_rule_test: [at(14, flapping), at(18, flapping, 'payments has opened 3 times within 15m'), at(28, flapping)],
  },
  'openings of last week do not alert after a scrape that failed, nor in a Prometheus that is new': {
    interval: '15s',
    input_series: [
      transitions('closed', 'open', '7x200 stale 7x300'),
      otherInstance(transitions('closed', 'open', '_x100 7x400')),
    ],
    alert_rule_test: [
      { eval_time: '65m15s', alertname: flapping },
      { eval_time: '65m30s', alertname: flapping },
      ...[1, 14, 16, 26, 30, 40, 50, 51, 64, 65, 66, 67].map((minute) => at(minute, flapping)),
    ],
  },
  'openings before and after a restart count together': {
    interval,
    input_series: [transitions('closed', 'open', '0x4 1x2 2x2 0x2 1x10')],
    alert_rule_test: [at(10, flapping), at(17, flapping, 'payments has opened 3 times within 15m')],
  },
  'probes that fail repeatedly do not alert as flapping': {
    interval,
    input_series: [transitions('closed', 'open', '0 1x20'), transitions('half_open', 'open', '0 0 1+1x19')],
    alert_rule_test: [at(20, flapping)],
  },
  'a breaker that is forced open for half an hour alerts until it is resumed': {
    interval,
    input_series: [override('open', '0x4 1x34 0x5'), override('closed', '0x44')],
    alert_rule_test: [
      at(33, overrideLeft),
      at(37, overrideLeft, 'payments has been forced open for 30m', { circuit_breaker_override_kind: 'open' }),
      at(41, overrideLeft),
    ],
  },
  'a breaker that is forced closed for half an hour alerts too': {
    interval,
    input_series: [override('closed', '1x40')],
    alert_rule_test: [
      at(29, overrideLeft),
      at(33, overrideLeft, 'payments has been forced closed for 30m', { circuit_breaker_override_kind: 'closed' }),
    ],
  },
  'an hour of failing probes does not alert as forced open': {
    interval,
    input_series: [state('open', '0 1x60'), transitions('half_open', 'open', '0 1+1x60')],
    alert_rule_test: [at(60, overrideLeft)],
  },
}

test.each(Object.entries(cases))('%s', async (_name, ruleCase) => {
  const { ok, output } = await testRules(alertRules(), [ruleCase])
  expect(output).toContain('SUCCESS')
  expect(ok).toBe(true)
})

test('promtool accepts the file of the alert rules', async () => {
  const file = fileURLToPath(new URL('../alerts.yml', import.meta.url))
  const { ok, output } = await promtool('check', 'rules', file)
  expect(output).toContain('SUCCESS: 5 rules found')
  expect(ok).toBe(true)
})

/** Plausible mistakes in the rules. */
const mistakes: [string, string, (rule: AlertRule) => AlertRule][] = [
  [openTooLong, 'only the state open', (rule) => ({ ...rule, expr: rule.expr.replace(/\nor \(.*/, '') })],
  [openTooLong, 'not forced open', (rule) => ({ ...rule, expr: rule.expr.replace(/\nor sum.*/, '') })],
  [openTooLong, 'without traffic', (rule) => ({ ...rule, expr: rule.expr.replace(/ and \(.* > 0\)\)/, ')') })],
  [openTooLong, 'traffic of long ago', (rule) => ({ ...rule, expr: rule.expr.replaceAll('[2m]', '[5m]') })],
  [
    openTooLong,
    'without rejections',
    (rule) => ({
      ...rule,
      expr: rule.expr.replace(/\(sum by \([^)]*\) \(increase\(circuit_breaker_calls.*? or /, '('),
    }),
  ],
  [
    openTooLong,
    'without probes',
    (rule) => ({ ...rule, expr: rule.expr.replace(/ or sum by \([^)]*\) \(increase\(circuit_breaker_tr.*? > 0/, '') }),
  ],
  [
    openTooLong,
    'any call',
    (rule) => ({ ...rule, expr: rule.expr.replaceAll('circuit_breaker_call_outcome="rejected"', '') }),
  ],
  [
    rejectionShare,
    'without shadow mode',
    (rule) => ({ ...rule, expr: rule.expr.replaceAll('="rejected"', '="rejected",circuit_breaker_shadow=""') }),
  ],
  [
    rejectionShare,
    'all modes together',
    (rule) => ({ ...rule, expr: rule.expr.replaceAll(', circuit_breaker_shadow)', ')') }),
  ],
  [flapping, 'all that was', (rule) => ({ ...rule, expr: rule.expr.replace(/increase\((.*)\[15m\]\)/, '$1') })],
  [halfOpenIdle, 'with traffic', (rule) => ({ ...rule, expr: rule.expr.replace(/\nunless .*/, '') })],
  [halfOpenIdle, 'also open', (rule) => ({ ...rule, expr: rule.expr.replace('="half_open"', '=~"open|half_open"') })],
  [
    openTooLong,
    'every state but closed',
    (rule) => ({ ...rule, expr: 'circuit_breaker_state{circuit_breaker_state="closed"} == 0' }),
  ],
  [openTooLong, 'too early', (rule) => ({ ...rule, for: '2m' })],
  [rejectionShare, 'any ratio', (rule) => ({ ...rule, expr: rule.expr.replace('> 0.25', '> 0') })],
  [rejectionShare, 'no minimum of calls', (rule) => ({ ...rule, expr: rule.expr.replace('>= 20', '>= 0') })],
  [rejectionShare, 'never', (rule) => ({ ...rule, expr: rule.expr.replace('> 0.25', '> 1') })],
  [
    flapping,
    'each opening',
    (rule) => ({ ...rule, expr: rule.expr.replaceAll(',circuit_breaker_previous_state="closed"', '') }),
  ],
  [
    overrideLeft,
    'only forced open',
    (rule) => ({ ...rule, expr: rule.expr.replace('_override)', '_override{circuit_breaker_override_kind="open"})') }),
  ],
  [
    overrideLeft,
    'any open breaker',
    (rule) => ({ ...rule, expr: `${rule.expr}\nor circuit_breaker_state{circuit_breaker_state="open"} > 0` }),
  ],
  [overrideLeft, 'too early', (rule) => ({ ...rule, for: '1m' })],
]

test.each(mistakes)('the cases detect a wrong %s: %s', async (alert, _mistake, mistake) => {
  const rules = alertRules().groups[0].rules.map((rule) => (rule.alert === alert ? mistake(rule) : rule))
  const wrong: RuleFile = { groups: [{ name: 'wrong', rules }] }
  expect(wrong).not.toEqual({ groups: [{ ...alertRules().groups[0], name: 'wrong' }] })
  const { ok, output } = await testRules(wrong, Object.values(cases))
  expect(output).toContain(`alertname: ${alert}`)
  expect(ok).toBe(false)
})
