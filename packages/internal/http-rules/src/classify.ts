import { swallowRejection, warnOnce } from '@cb/checks'
import type { Outcome } from '@cb/core'

/** The outcome that the user's `classify` returns; undefined, and a warning, if it throws or returns anything else. */
export function callClassify<Settled>(
  packageName: string,
  classify: (settled: Settled) => Outcome | undefined,
  settled: Settled,
): Outcome | undefined {
  try {
    const outcome = classify(settled)
    if (outcome === undefined || outcome === 'success' || outcome === 'failure' || outcome === 'ignored') return outcome
    swallowRejection(outcome)
    warnOnce(packageName, classify, "the `classify` function must return 'success', 'failure', 'ignored' or undefined")
  } catch (error) {
    warnOnce(packageName, classify, 'the `classify` function threw', error)
  }
  return undefined
}
