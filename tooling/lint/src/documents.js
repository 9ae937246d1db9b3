// Links in documents, and the lists of contents of long ones.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The README of a package with more words has a list of its sections at the top. */
const longest = 2_000

/** @param {string} markdown */
const withoutCode = (markdown) => markdown.replace(/^```.*?^```/gms, '')

/** Where the links of a document lead, in the order of the text. @param {string} markdown */
export function linksIn(markdown) {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, link, address]) => link ?? address ?? '',
  )
}

/**
 * Says what is wrong with a link to a file; undefined if it is right, or leads to the web.
 * @param {string} link
 * @param {string} document  the path of the file that has it.
 */
export function problemOf(link, document) {
  if (/^[a-z]+:/.test(link)) return undefined
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? document : join(dirname(document), path)
  if (!existsSync(file)) return `${document}: ${link} leads to no file`
  if (anchor === undefined || statSync(file).isDirectory()) return undefined
  const anchors = headingsIn(readFileSync(file, 'utf8')).map(({ anchor }) => anchor)
  return anchors.includes(anchor) ? undefined : `${document}: ${link} leads to no heading`
}

/** The headings, with the anchors that GitHub, GitLab and npm give them. @param {string} markdown */
function headingsIn(markdown) {
  const seen = /** @type {Record<string, number>} */ ({})
  return [...withoutCode(markdown).matchAll(/^(#+) (.+)$/gm)].map(([, level = '', title = '']) => {
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const times = seen[slug] ?? 0
    seen[slug] = times + 1
    return { level: level.length, title, anchor: times === 0 ? slug : `${slug}-${times}` }
  })
}

/** The list of the sections, as one paragraph. @param {string} markdown */
function contentsOf(markdown) {
  const sections = headingsIn(markdown).filter(({ level }) => level === 2)
  return `Contents: ${sections.map(({ title, anchor }) => `[${title}](#${anchor})`).join(' · ')}`
}

/** The document with a list of contents that is right, if it has one. @param {string} markdown */
export function withContents(markdown) {
  return markdown.replace(/^Contents:.*$/m, () => contentsOf(markdown))
}

/** Everything that is wrong with a document. @param {string} file */
export function problemsOf(file) {
  const text = readFileSync(file, 'utf8')
  const problems = linksIn(text).map((link) => problemOf(link, file))
  const isLong = /^packages\/[^/]+\/README\.md$/.test(file) && text.split(/\s+/).length > longest
  const hasContents = /^Contents:/m.test(text)
  if (isLong && !hasContents)
    problems.push(`${file}: write a line "Contents:" at its top, then run \`npx -y pnpm format\``)
  if (withContents(text) !== text)
    problems.push(`${file}: its contents are not its sections; run \`npx -y pnpm format\``)
  return problems.filter((problem) => problem !== undefined)
}
