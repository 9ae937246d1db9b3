import { swallowRejection, warnOnce } from '@cb/checks'
import type { Outcome } from '@cb/core'

/** The user's word, if it is one. */
export function askClassify<Settled>(
  adapter: string,
  classify: (settled: Settled) => Outcome | undefined,
  settled: Settled,
): Outcome | undefined {
  try {
    const outcome = classify(settled)
    if (outcome === undefined || outcome === 'success' || outcome === 'failure' || outcome === 'ignored') return outcome
    swallowRejection(outcome)
    warnOnce(adapter, classify, "the `classify` function gave neither 'success', 'failure', 'ignored' nor undefined")
  } catch (error) {
    warnOnce(adapter, classify, 'the `classify` function threw', error)
  }
  return undefined
}
