import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, posix, relative } from 'node:path'
import { documents, root } from './sources.js'

/** Folders of `content` that are generated. */
export const generated = ['packages', 'recipes', 'project', 'reference']

/** Writes a page for each document of the repository, so that the site repeats none of them. @param {string} content */
export function writeDocumentPages(content) {
  const pages = documents()
  writeWords(content, pages)
  for (const [file, page] of pages) {
    const target = join(content, `${page}.md`)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, toPage(file, dirname(target), pages))
  }
}

/** The glossary, which is a section of CONTRIBUTING.md. @param {string} content @param {Map<string, string>} pages */
function writeWords(content, pages) {
  const [, section] = /^## Words\n([\s\S]*?)^## /m.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')) ?? []
  if (section === undefined) throw new Error('CONTRIBUTING.md has no section "Words"')
  const folder = join(content, 'project')
  const linked = withLinks(section, { file: 'CONTRIBUTING.md', folder, pages, sources: new Map() })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(content, 'project/words.md'), `---\ntitle: Words\n---\n${linked}`)
}

/** @param {string} content */
export function removeGenerated(content) {
  for (const folder of generated) rmSync(join(content, folder), { recursive: true, force: true })
}

/** @param {string} file @param {string} folder  of the page @param {Map<string, string>} pages */
function toPage(file, folder, pages) {
  const text = readFileSync(join(root, file), 'utf8')
  const heading = /^# (.*)\n/.exec(text)
  const title =
    heading?.[1] ?? basename(file, '.md').replace(/^(.)(.*)$/, (_, first, rest) => first + rest.toLowerCase())
  const body = heading ? text.slice(heading[0].length) : text
  const sources = /** @type {Map<string, string>} */ (new Map())
  const linked = body
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, n) => (n % 2 === 1 ? part : withLinks(part, { file, folder, pages, sources })))
    .join('')
  const listings = Array.from(sources, ([path, code]) => {
    const language = path.endsWith('.ts') ? 'ts' : 'js'
    return `\n## ${basename(path)}\n\n\`\`\`${language} title="${path}"\n${code}\`\`\`\n`
  })
  return `---\ntitle: ${JSON.stringify(title.replaceAll('`', ''))}\n---\n\n${linked}${listings.join('')}`
}

/**
 * Links between documents become links between pages. A link to the source of a recipe leads to a listing at the end of its page; one
 * to another file becomes the path of the file. Images are left where they are.
 * @param {string} text
 * @param {{ file: string, folder: string, pages: Map<string, string>, sources: Map<string, string> }} context
 */
function withLinks(text, { file, folder, pages, sources }) {
  return text.replace(
    /(!?)\[((?:[^\]`]|`[^`]*`)*)\]\((?!https?:|#|mailto:)([^)#\s]*)(#[^)]*)?\)/g,
    (_, image, label, link, anchor = '') => {
      const path = posix.normalize(posix.join(dirname(file), link)).replace(/\/$/, '')
      if (!existsSync(join(root, path))) throw new Error(`${file} links to ${link}, which does not exist`)
      if (image) return `![${label}](${relative(folder, join(root, path))})`
      const page = pages.get(path) ?? pages.get(`${path}/README.md`)
      if (page !== undefined) return `[${label}](/${page}/${anchor.replace('#readme', '')})`
      const isRecipe = file.startsWith('apps/examples/') && path.startsWith(dirname(file)) && /\.[jt]s$/.test(path)
      if (isRecipe && statSync(join(root, path)).isFile()) {
        sources.set(path, readFileSync(join(root, path), 'utf8'))
        return `[${label}](#${basename(path).replaceAll('.', '').toLowerCase()})`
      }
      const code = `\`${path}\``
      return label.replaceAll('`', '') === path ? code : `${label} (${code})`
    },
  )
}
