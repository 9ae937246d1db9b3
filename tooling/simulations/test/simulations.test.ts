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

/** Run by run: each policy meets the same callers. */
function pairs(scenario: Scenario, one: policies.Policy, other: policies.Policy) {
  const others = resultsOf(scenario, other)
  return resultsOf(scenario, one).map((result, run) => [result, others[run] ?? result] as const)
}

describe('what is written down', () => {
  test('README.md says what was simulated; `pnpm start --write` brings it up to date', async () => {
    const readme = await readFile(readmeFile, 'utf8')
    expect(withResults(readme, plays)).toBe(readme)
  })

  test('the plots show what was simulated; `pnpm start --write` brings them up to date', async () => {
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
    const run = (callers: number, chance: number) =>
      simulate(outage, policies.defaults, makeCalls(outage.length, callers), chance)
    const once = run(1, 1)
    expect(run(1, 1)).toEqual(once)
    expect(run(2, 1)).not.toEqual(once)
    expect(run(1, 2)).not.toEqual(once)
  })

  test('accounts for the same calls behind each policy', () => {
    for (const { rows } of plays) {
      const totals = rows.map(({ results }) =>
        results.map(({ answered, failed, refused }) => answered + failed + refused),
      )
      for (const total of totals) expect(total).toEqual(totals[0])
    }
  })

  test('refuses nothing without a breaker', () => {
    for (const { scenario } of plays) {
      for (const { refused } of resultsOf(scenario, policies.none)) expect(refused).toBe(0)
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
  test.each([policies.defaults, policies.throttle])('$name refuses nothing', (policy) => {
    for (const { refused } of resultsOf(shard, policy)) expect(refused).toBe(0)
  })

  test('a breaker per shard keeps calls away from the broken one, and refuses no good call while it is broken', () => {
    for (const [guarded, bare] of pairs(shard, policies.perShard, policies.none)) {
      const answered = (bins: typeof bare.bins) => bins.slice(15, 45).map((bin) => bin.answered)
      expect(answered(guarded.bins)).toEqual(answered(bare.bins))
      expect(guarded.failed).toBeLessThan(bare.failed / 10)
    }
  })
})

test('slow dependency: with slowCallRate callers wait less for failures than with any policy that looks at failures', () => {
  for (const other of [policies.none, policies.defaults, policies.fiveInARow, policies.rate, policies.throttle]) {
    for (const [watching, blind] of pairs(slow, policies.slowCalls, other)) {
      expect(watching.waited).toBeLessThan(blind.waited)
    }
  }
})

test('flapping: a constant open duration of a second refuses fewer good calls than the default backoff', () => {
  for (const [steady, backoff] of pairs(flapping, policies.steady, policies.defaults)) {
    expect(steady.goodRefused).toBeLessThan(backoff.goodRefused)
  }
})

describe('burst after recovery', () => {
  test('the dependency is broken again without a breaker and with one that closes at once', () => {
    for (const policy of [policies.none, policies.steady]) {
      for (const { relapses } of resultsOf(burst, policy)) expect(relapses).toBeGreaterThan(0)
    }
  })

  test('with a ramp it is never broken again, and all traffic comes back', () => {
    for (const { relapses, recoveries } of resultsOf(burst, policies.ramped)) {
      expect(relapses).toBe(0)
      expect(recoveries).not.toContain(Number.POSITIVE_INFINITY)
    }
  })
})
