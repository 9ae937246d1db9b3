import { fileURLToPath } from 'node:url'

const here = new URL('../', import.meta.url)

export const core = fileURLToPath(new URL('../../packages/core/', here))
export const cache = fileURLToPath(new URL('node_modules/.cache/', here))
/** Everything that a run writes. */
export const reports = fileURLToPath(new URL('reports/', here))
export const report = fileURLToPath(new URL('reports/mutation.json', here))
export const strykerConfig = fileURLToPath(new URL('stryker.config.js', here))
export const vitestConfig = fileURLToPath(new URL('vitest.config.js', here))
