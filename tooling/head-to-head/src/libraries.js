import { createRequire } from 'node:module'
import * as core from '@cb/core'
import * as cockatiel from 'cockatiel'
import * as cockatiel4 from 'cockatiel-4'
import opossum from 'opossum'
import opossum10 from 'opossum-10'

/** @typedef {typeof import('@cb/core')} Core */
/** @typedef {typeof import('opossum')} Opossum */
/** @typedef {typeof import('cockatiel')} Cockatiel */
/** @typedef {'@cb/core' | 'opossum' | 'cockatiel'} Family */

const require = createRequire(import.meta.url)

/** The versions of each family: the newest that supports Node 20, and the newest. */
export const libraries = {
  '@cb/core': [{ version: '', module: core }],
  opossum: [
    { version: versionOf('opossum'), module: opossum },
    { version: versionOf('opossum-10'), module: opossum10 },
  ],
  cockatiel: [
    { version: versionOf('cockatiel'), module: cockatiel },
    { version: versionOf('cockatiel-4'), module: /** @type {Cockatiel} */ (/** @type {unknown} */ (cockatiel4)) },
  ],
}

/** @param {string} name @returns {string} */
function versionOf(name) {
  return require(`${name}/package.json`).version
}
