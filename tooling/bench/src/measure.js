/** @typedef {{ call: number, floor: number, ratio: number }} Measured nanoseconds per call, and call over floor */

/**
 * Times a case against its floor, in turns, so that a machine that slows down slows both. Medians over the rounds.
 * @param {{ call: () => Promise<unknown>, floor: () => Promise<unknown> }} pair
 * @param {number} rounds
 * @param {number} calls  of each in a round
 * @returns {Promise<Measured>}
 */
export async function measure({ call, floor }, rounds, calls) {
  await time(call, calls)
  await time(floor, calls)
  const times = []
  for (let round = 0; round < rounds; round++) {
    const floorTime = await time(floor, calls)
    const callTime = await time(call, calls)
    times.push({ call: callTime, floor: floorTime, ratio: callTime / floorTime })
  }
  return { call: median(times, 'call'), floor: median(times, 'floor'), ratio: median(times, 'ratio') }
}

/** @param {() => Promise<unknown>} call @param {number} calls */
async function time(call, calls) {
  const start = process.hrtime.bigint()
  for (let n = 0; n < calls; n++) await call()
  return Number(process.hrtime.bigint() - start) / calls
}

/** @param {Measured[]} times @param {keyof Measured} key */
function median(times, key) {
  const sorted = times.map((time) => time[key]).sort((a, b) => a - b)
  return /** @type {number} */ (sorted[sorted.length >> 1])
}
