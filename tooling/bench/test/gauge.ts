import { findCase } from '../src/cases/index.js'
import { type CaseResult, runCase } from '../src/run-case.js'

const quick = { rounds: 5, roundMs: 4, budgetMs: 5_000, processes: 1, node: process.execPath }

/** Measures some subjects by a case of the benchmark, as the benchmark does. */
export function gauge(id: string, subjects: readonly string[]): Promise<CaseResult> {
  return runCase(id, { ...findCase(id), subjects }, quick)
}

/** The metrics of a subject, as plain numbers. */
export function numbersOf(result: CaseResult, subject: string): Record<string, number> {
  const metrics = Object.entries(result[subject] ?? {})
  return Object.fromEntries(metrics.map(([metric, { value }]) => [metric, value.median]))
}

/** The numbers that are above their limit. */
export function exceeded(numbers: Record<string, number>, limits: Record<string, number>): string[] {
  return Object.entries(limits).flatMap(([metric, limit]) => {
    const value = numbers[metric]
    if (value === undefined) throw new Error(`${metric} was not measured`)
    return value > limit ? [`${metric}: ${value} > ${limit}`] : []
  })
}

/**
 * The median ratio of a subject. Other work on the machine can only spoil it for a while, so the best of three attempts counts:
 * the first that `isGood`, or else the last.
 */
export async function bestRatio(
  id: string,
  [floor, subject]: readonly [string, string],
  metric: string,
  isGood: (ratio: number) => boolean,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const ratio = (await gauge(id, [floor, subject]))[subject]?.[metric]?.ratio?.median
    if (ratio === undefined) throw new Error(`${metric} of ${subject} was not measured`)
    if (isGood(ratio) || attempt === 3) return ratio
  }
}
