import { bundleSize } from '../bundle.js'

/** What a user would import, by subject. @type {Record<string, string>} */
const programs = {
  '@cb/core, one policy': "export { CircuitBreaker, consecutiveFailures } from '@cb/core'",
  '@cb/core, everything': "export * from '@cb/core'",
  'cockatiel, one policy': "export { circuitBreaker, handleAll, ConsecutiveBreaker } from 'cockatiel'",
  opossum: "export { default } from 'opossum'",
  brakes: "export { default } from 'brakes'",
  mollitia: "export { Circuit, SlidingCountBreaker } from 'mollitia'",
}

/** A subject: the largest of the exports that do not contain the breaker. */
export const largest = '@cb/core, largest export without the breaker'

const withBreaker = ['CircuitBreaker', 'CircuitBreakerRegistry', 'probeInBackground', 'restoreState', 'saveState']

async function largestExport() {
  const names = Object.keys(await import('@cb/core')).filter((name) => !withBreaker.includes(name))
  const sizes = await Promise.all(names.map((name) => sizeOf(`export { ${name} } from '@cb/core'`)))
  return sizes.reduce((most, size) => (size.brotli > most.brotli ? size : most))
}

/** @param {string} program */
const sizeOf = (program) => bundleSize(program, 'rolldown')

/** @type {import('./case.js').Group} */
export const bundles = {
  title: 'Size',
  description:
    'Bundled and minified, in bytes. opossum and brakes also need the `events` of Node, which is not counted.',
  cases: {
    bundle: {
      title: 'bundle',
      subjects: [...Object.keys(programs), largest],
      metrics: { brotli: { title: 'brotli' }, minified: { title: 'minified' } },
      rounds: 1,
      async prepare(name) {
        const program = programs[name]
        return () => (program === undefined ? largestExport() : sizeOf(program))
      },
    },
  },
}
