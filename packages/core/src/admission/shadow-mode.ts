import type { RejectionReason } from '../events.ts'

/**
 * Which rejections are waived in shadow mode. Manual overrides apply even in shadow mode.
 * @param share  of the rejections, 0..1.
 */
export function shadowMode(share: number, random: () => number): ((reason: RejectionReason) => boolean) | undefined {
  if (share === 0) return undefined
  return (reason) => reason !== 'forced-open' && random() < share
}
