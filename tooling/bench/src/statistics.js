/** @typedef {{ median: number, low: number, high: number }} Spread  the median, and the quartiles around it */

/** @param {readonly number[]} values @returns {Spread} */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

/** @param {readonly number[]} sorted @param {number} share  0..1 @returns {number} */
export function quantile(sorted, share) {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}

/** So many rounds are enough for a median. */
const enough = 5

/**
 * The rounds in which the machine was left alone, as far as the floor shows: in which it took little longer than in its quickest
 * ones. A machine that other programs disturb slows what touches more memory more, and so changes ratios. All of them, if there
 * would be few.
 * @template Round
 * @param {readonly Round[]} rounds @param {(round: Round) => number | undefined} floor  what the floor took
 * @returns {readonly Round[]}
 */
export function calm(rounds, floor) {
  const times = rounds.flatMap((round) => floor(round) ?? []).sort((a, b) => a - b)
  const limit = 1.1 * quantile(times, 0.1)
  const left = rounds.filter((round) => Number(floor(round)) <= limit)
  return left.length >= enough ? left : rounds
}
