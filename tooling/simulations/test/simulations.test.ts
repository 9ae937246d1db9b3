import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeCalls } from '../src/calls.js'
import { plots, plotsFolder, readmeFile, withResults } from '../src/files.js'
import { playAll } from '../src/play.js'
import * as policies from '../src/policies.js'
import { burst } from '../src/scenarios/burst.js'
import { flapping } from '../src/scenarios/flapping.js'
import { outage } from '../src/scenarios/outage.js'
import type { Scenario } from '../src/scenarios/scenario.js'
import { shard } from '../src/scenarios/shard.js'
import { slow } from '../src/scenarios/slow.js'
import { simulate } from '../src/simulate.js'

const plays = playAll()

function resultsOf(scenario: Scenario, policy: policies.Policy) {
  const row = plays.find((play) => play.scenario === scenario)?.rows.find((row) => row.policy === policy)
  if (row === undefined) throw new Error(`${scenario.id} was not played with ${policy.name}`)
  return row.results
}

/** Run by run: each policy gets the same calls. */
function pairs(scenario: Scenario, one: policies.Policy, other: policies.Policy) {
  const others = resultsOf(scenario, other)
  return resultsOf(scenario, one).map((result, run) => [result, others[run] ?? result] as const)
}

describe('the README', () => {
  test('README.md has the results of this run; `pnpm start --write` updates it', async () => {
    const readme = await readFile(readmeFile, 'utf8')
    expect(withResults(readme, plays)).toBe(readme)
  })

  test('the plots show the results of this run; `pnpm start --write` updates them', async () => {
    const written = await readdir(plotsFolder)
    const contents = await Promise.all(written.map((name) => readFile(join(plotsFolder, name), 'utf8')))
    expect(new Map(written.map((name, n) => [name, contents[n]]))).toEqual(plots(plays))
  })

  test('a plot takes less than 30 kB', () => {
    for (const svg of plots(plays).values()) expect(Buffer.byteLength(svg)).toBeLessThan(30_000)
  })
})

describe('every simulation', () => {
  test('gives the same result again for the same seeds, and another for others', () => {
    const run = (calls: number, random: number) =>
      simulate(outage, policies.defaults, makeCalls(outage.length, calls), random)
    const once = run(1, 1)
    expect(run(1, 1)).toEqual(once)
    expect(run(2, 1)).not.toEqual(once)
    expect(run(1, 2)).not.toEqual(once)
  })

  test('accounts for the same calls behind each policy', () => {
    for (const { rows } of plays) {
      const totals = rows.map(({ results }) =>
        results.map(({ answered, failed, rejected }) => answered + failed + rejected),
      )
      for (const total of totals) expect(total).toEqual(totals[0])
    }
  })

  test('rejects no call without a breaker', () => {
    for (const { scenario } of plays) {
      for (const { rejected } of resultsOf(scenario, policies.none)) expect(rejected).toBe(0)
    }
  })
})

describe('total outage', () => {
  const guards = outage.policies.filter((policy) => policy !== policies.none)

  test.each(guards)('fewer calls reach the dependency, and callers wait less, with $name', (policy) => {
    for (const [guarded, bare] of pairs(outage, policy, policies.none)) {
      expect(guarded.reachedInFault).toBeLessThan(bare.reachedInFault)
      expect(guarded.waited).toBeLessThan(bare.waited)
    }
  })

  test('with the defaults less than a twentieth of the calls reach it', () => {
    for (const [guarded, bare] of pairs(outage, policies.defaults, policies.none)) {
      expect(guarded.reachedInFault).toBeLessThan(bare.reachedInFault / 20)
    }
  })
})

describe('one shard of ten', () => {
  test.each([policies.defaults, policies.throttle])('$name rejects no call', (policy) => {
    for (const { rejected } of resultsOf(shard, policy)) expect(rejected).toBe(0)
  })

  test('a breaker per shard keeps calls away from the broken one, and rejects none to the others while it is broken', () => {
    for (const [guarded, bare] of pairs(shard, policies.perShard, policies.none)) {
      const answered = (bins: typeof bare.bins) => bins.slice(15, 45).map((bin) => bin.answered)
      expect(answered(guarded.bins)).toEqual(answered(bare.bins))
      expect(guarded.failed).toBeLessThan(bare.failed / 10)
    }
  })
})

test('slow dependency: with slowCallRate callers wait less for failures than with any policy that counts failures', () => {
  for (const other of [policies.none, policies.defaults, policies.fiveInARow, policies.rate, policies.throttle]) {
    for (const [watching, blind] of pairs(slow, policies.slowCalls, other)) {
      expect(watching.waited).toBeLessThan(blind.waited)
    }
  }
})

test('flapping: a constant open duration of a second rejects fewer good calls than the default backoff', () => {
  for (const [constantSecond, backoff] of pairs(flapping, policies.constantSecond, policies.defaults)) {
    expect(constantSecond.goodRejected).toBeLessThan(backoff.goodRejected)
  }
})

describe('burst after recovery', () => {
  test('the dependency breaks down again without a breaker and with a constant open duration', () => {
    for (const policy of [policies.none, policies.constantSecond]) {
      for (const { relapses } of resultsOf(burst, policy)) expect(relapses).toBeGreaterThan(0)
    }
  })

  test('with a ramp it never breaks down again, and all traffic returns', () => {
    for (const { relapses, recoveries } of resultsOf(burst, policies.ramped)) {
      expect(relapses).toBe(0)
      expect(recoveries).not.toContain(Number.POSITIVE_INFINITY)
    }
  })
})
