// No file here knows where this repository is published: the remote of the clone that releases does. These functions
// write it into what npm shows.
import { readdirSync } from 'node:fs'

/** The folders of the published packages. @param {string} root */
export function publishedIn(root) {
  return readdirSync(`${root}packages`).filter((name) => name !== 'internal')
}

/**
 * The address of a repository's page. Any user name, password or token in the remote is left out.
 * @param {string} remote  as `git remote get-url origin` prints it.
 * @throws {TypeError} if it is not the address of a host, such as a path.
 */
export function pageOf(remote) {
  const [, host, path] = /^[\w.-]+@([\w.-]+):(?!\/)(.+)$/.exec(remote) ?? []
  const address = host === undefined ? remote : `https://${host}/${path}`
  if (!/^(?:https?|ssh|git):\/\/./.test(address) || !URL.canParse(address)) {
    throw new TypeError('the remote `origin` must be the address of a host, like https://example.com/owner/name.git')
  }
  const { protocol, host: withPort, hostname, pathname } = new URL(address)
  return `https://${protocol === 'https:' ? withPort : hostname}${pathname.replace(/(?:\.git)?\/*$/, '')}`
}

/**
 * The fields of a package.json that say where the package comes from.
 * @param {string} page  of the repository.
 * @param {string} folder  of the package, such as `packages/core`.
 */
export function fieldsOf(page, folder) {
  return {
    homepage: `${page}/blob/HEAD/${folder}/README.md`,
    repository: { type: 'git', url: `git+${page}.git`, directory: folder },
    bugs: { url: `${page}/issues` },
  }
}

/**
 * Whether a path, relative to the folder of a package, is in its tarball.
 * @param {readonly string[]} files  as in its package.json.
 */
export function isPacked(files, /** @type {string} */ path) {
  return ['README.md', 'LICENSE', ...files].some((packed) => path === packed || path.startsWith(`${packed}/`))
}

/**
 * A document as npm shows it: links to files that are not in the package lead to the repository.
 * @param {string} markdown
 * @param {string} folder  of the package.
 * @param {string} page  of the repository.
 * @param {readonly string[]} files  as in its package.json.
 */
export function withRepositoryLinks(markdown, folder, page, files) {
  return markdown.replace(/\]\((?!#|[a-z]+:)([^)#]+)(#[^)]*)?\)/g, (link, path, anchor = '') => {
    if (isPacked(files, path)) return link
    const { pathname } = new URL(path, `file:///${folder}/`)
    return `](${page}/blob/HEAD${pathname}${anchor})`
  })
}
