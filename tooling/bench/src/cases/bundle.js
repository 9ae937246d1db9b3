import { bundleSize } from '../bundle.js'

/** What a user would import, by subject. @type {Record<string, string>} */
export const programs = {
  '@cb/core, one policy': "export { CircuitBreaker, consecutiveFailures } from '@cb/core'",
  '@cb/core, all of it': "export * from '@cb/core'",
  'cockatiel, one policy': "export { circuitBreaker, handleAll, ConsecutiveBreaker } from 'cockatiel'",
  opossum: "export { default } from 'opossum'",
  brakes: "export { default } from 'brakes'",
  mollitia: "export { Circuit, SlidingCountBreaker } from 'mollitia'",
}

/** @type {import('./case.js').Group} */
export const bundles = {
  title: 'Size',
  says: 'Bundled and minified, in bytes. opossum and brakes also need the `events` of Node, which is not counted.',
  cases: {
    bundle: {
      title: 'bundle',
      subjects: Object.keys(programs),
      metrics: { brotli: { title: 'brotli' }, minified: { title: 'minified' } },
      rounds: 1,
      async prepare(name) {
        return () => bundleSize(/** @type {string} */ (programs[name]), 'rolldown')
      },
    },
  },
}
