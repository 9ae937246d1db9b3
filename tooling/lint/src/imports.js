import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { posix } from 'node:path/posix'
import ts from 'typescript'

const left = /^(?:node_modules|dist|reports|\..*)$/
const inComment = /@import\s[^'"]*from\s*['"]([^'"]+)|import\(['"]([^'"]+)/g

/**
 * What each source file imports, types included: a file of the tree, or the specifier of what is not in the tree.
 * @param {string} root
 * @returns {Map<string, string[]>}
 */
export function importsIn(root) {
  const read = (/** @type {string} */ file) => readFileSync(join(root, file), 'utf8')
  const files = filesIn(root, '').sort()
  const manifests = files.filter((file) => file.endsWith('/package.json'))
  const folders = new Map(manifests.map((file) => [JSON.parse(read(file)).name, posix.dirname(file)]))

  const resolve = (/** @type {string} */ file, /** @type {string} */ specifier) => {
    const [, name, path = '/index'] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? []
    const folder = folders.get(name)
    if (!specifier.startsWith('.') && folder === undefined) return specifier
    const target = folder === undefined ? posix.join(file, '..', specifier) : `${folder}/src${path}.js`
    return existsSync(join(root, target)) ? target : target.replace(/js$/, 'ts')
  }
  const sources = files.filter((file) => /\.[cm]?[jt]s$/.test(file))
  return new Map(sources.map((file) => [file, [...new Set(specifiersOf(read(file)).map((it) => resolve(file, it)))]]))
}

/** Every file but installed, built and hidden ones. @type {(root: string, folder: string) => string[]} */
export function filesIn(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name)
    if (!entry.isDirectory()) return [path]
    return left.test(entry.name) ? [] : filesIn(root, path)
  })
}

/** @param {string} source */
function specifiersOf(source) {
  const comments = source.match(/\/\*\*.*?\*\//gs) ?? []
  return [
    ...ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName),
    ...comments.flatMap((it) => [...it.matchAll(inComment)].map(([, tag, type]) => tag ?? type ?? '')),
  ]
}
