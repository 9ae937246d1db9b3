import { fileURLToPath } from 'node:url'
import { bundlers, bundleSize } from './bundle.js'

/** Brotli bytes, by bundler. @typedef {Record<string, number>} Sizes */

/**
 * Bytes of each export of core when a program imports it alone, of a breaker with one policy, and of everything.
 * @param {string} [core]  a package, or the URL of a file
 * @returns {Promise<Record<string, Sizes>>}
 */
export async function exportSizes(core = '@cb/core') {
  const source = core.startsWith('file:') ? fileURLToPath(core) : core
  const names = Object.keys(await import(core)).sort()
  const imports = [...names.map((name) => `{ ${name} }`), '{ CircuitBreaker, consecutiveFailures }', '*']
  return Object.fromEntries(
    await Promise.all(
      imports.map(async (imported) => [
        imported.replace(/^\{ | \}$/g, ''),
        await sizesOf(`export ${imported} from ${JSON.stringify(source)}`),
      ]),
    ),
  )
}

/** @param {string} program @returns {Promise<Sizes>} */
export async function sizesOf(program) {
  const sizes = Object.keys(bundlers).map(async (bundler) => [bundler, (await bundleSize(program, bundler)).brotli])
  return Object.fromEntries(await Promise.all(sizes))
}

/**
 * Exports without a limit, and limits without an export.
 * @param {Record<string, Sizes>} sizes  by export
 * @param {Record<string, number>} limits
 */
export function mismatches(sizes, limits) {
  const missing = Object.keys(sizes).filter((name) => !(name in limits))
  const needless = Object.keys(limits).filter((name) => !(name in sizes))
  return [...missing.map((name) => `${name} has no limit`), ...needless.map((name) => `${name} is not exported`)]
}

/** @param {Record<string, Sizes>} sizes  by export @param {Record<string, number>} limits */
export function tooLarge(sizes, limits) {
  return Object.entries(sizes).flatMap(([name, measured]) =>
    Object.entries(measured)
      .filter(([, bytes]) => bytes > (limits[name] ?? 0))
      .map(([bundler, bytes]) => `${name} with ${bundler}: ${bytes} > ${limits[name]}`),
  )
}
