import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import GithubSlugger from 'github-slugger'
import { entries, readReference } from './reference.js'

/** Writes a page for each entry point of the packages. @param {string} content @throws if something public is hidden or has no docs */
export async function writeReferencePages(content) {
  const { app, project, problems } = await readReference()
  if (problems.length > 0) throw new Error(`The reference is not complete:\n${problems.join('\n')}`)
  const folder = mkdtempSync(join(tmpdir(), 'reference-'))
  try {
    app.options.setValue('out', folder)
    await app.generateOutputs(project)
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (file) => pageOf(file) !== undefined,
    )
    const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
    const anchors = new Map(Array.from(texts, ([file, text]) => [file, anchorsOf(text)]))
    mkdirSync(join(content, 'reference'), { recursive: true })
    for (const [file, text] of texts) {
      const { page, title } = /** @type {Page} */ (pageOf(file))
      const linked = text.replace(/\]\(([^)#:]*\.md)?(?:#([^)]*))?\)/g, (_, link = '', anchor = '') => {
        const target = link === '' ? file : posix.join(posix.dirname(file), link)
        // The plugin numbers some anchors that are the only ones of their name.
        const exact = anchors.get(target)?.has(anchor) ? anchor : anchor.replace(/-\d+$/, '')
        return `](${link && `/reference/${pageOf(target)?.page}/`}${exact && `#${exact}`})`
      })
      const front = `title: "${title}"\ntableOfContents: { maxHeadingLevel: 3 }`
      writeFileSync(join(content, 'reference', `${page}.md`), `---\n${front}\n---\n\n${linked}`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {string} markdown */
function anchorsOf(markdown) {
  const slugger = new GithubSlugger()
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    slugger.slug(heading.replaceAll('\\', '')),
  )
  return new Set([...headings, ...[...markdown.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)])
}

/** @typedef {{ page: string, title: string }} Page */

/** @param {string} file  as typedoc names it: `fetch/src/undici.md` @returns {Page | undefined} */
function pageOf(file) {
  if (file === 'opentelemetry/src/namespaces/names.md')
    return { page: 'opentelemetry-names', title: 'names of @cb/opentelemetry' }
  const source = file.replace(/\/README\.md$/, '.md').replace(/\/src\.md$/, '/src/index.md')
  return entries.find((entry) => entry.file === `packages/${source.replace(/\.md$/, '.ts')}`)
}
