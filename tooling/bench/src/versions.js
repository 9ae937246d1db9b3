import { readFileSync } from 'node:fs'

/** The major version of Node of this process. */
export const thisNode = majorOf(process.versions.node)

/** @param {string} version */
export function majorOf(version) {
  return Number(version.split('.')[0])
}

/** The name under which each library is installed: Node 20 gets the newest that supports it, later ones the newest of all. */
const newest = /** @type {Record<string, string>} */ ({ opossum: 'opossum-10', cockatiel: 'cockatiel-4' })

/** @param {string} library @param {number} [node] */
export function installedAs(library, node = thisNode) {
  return node >= 22 ? (newest[library] ?? library) : library
}

/** The version of each library, on that major version of Node. @param {readonly string[]} libraries @param {number} node */
export function versions(libraries, node) {
  return Object.fromEntries(libraries.map((library) => [library, versionOf(installedAs(library, node))]))
}

/** @param {string} name @returns {string} */
function versionOf(name) {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(manifest, 'utf8')).version
}
