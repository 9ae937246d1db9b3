import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'

/** What a user would import, by subject. @type {Record<string, string>} */
export const programs = {
  '@cb/core, one policy': "export { CircuitBreaker, consecutiveFailures } from '@cb/core'",
  '@cb/core, all of it': "export * from '@cb/core'",
  'cockatiel, one policy': "export { circuitBreaker, handleAll, ConsecutiveBreaker } from 'cockatiel'",
  opossum: "export { default } from 'opossum'",
  brakes: "export { default } from 'brakes'",
  mollitia: "export { Circuit, SlidingCountBreaker } from 'mollitia'",
}

/** A file that does not exist, in this folder, so that its imports are found as this folder's are. */
const entry = fileURLToPath(new URL('./program.js', import.meta.url))

/** Bytes of a program, bundled and minified, without the modules that Node brings along. @param {string} program */
export async function bundleSize(program) {
  const { build } = await import('rolldown')
  const { output } = await build({
    input: entry,
    write: false,
    logLevel: 'silent',
    platform: 'browser',
    external: [/^node:/, ...builtinModules],
    output: { minify: true },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === entry ? entry : undefined),
        load: (id) => (id === entry ? program : undefined),
      },
    ],
  })
  const code = output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('')
  return { brotli: (await promisify(brotliCompress)(code)).length, minified: Buffer.byteLength(code) }
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
        return () => bundleSize(/** @type {string} */ (programs[name]))
      },
    },
  },
}
