import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))

/** The HTML of all pages, by the path of their address. */
export function builtPages(): Map<string, string> {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'))
  return new Map(
    files.map((file) => [`/${file.replace(/(?:^|(?<=\/))index\.html$/, '')}`, readFileSync(dist + file, 'utf8')]),
  )
}

/** Files that pages may load or link to. */
export function builtFiles(): Set<string> {
  return new Set(readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((file) => `/${file}`))
}

/** Links within the site that lead nowhere: `/page/ → /target/#anchor`. */
export function brokenLinks(pages: ReadonlyMap<string, string>, files: ReadonlySet<string>): string[] {
  const ids = new Map(
    Array.from(pages, ([path, html]) => [path, new Set([...html.matchAll(/ id="?([^"\s>]+)/g)].map(([, id]) => id))]),
  )
  return Array.from(pages, ([path, html]) =>
    [...html.matchAll(/<(?:a|link|img|script)\b[^>]* (?:href|src)="([^"]*)"/g)]
      .map(([, link]) => (link as string).replaceAll('&#38;', '&').replaceAll('&amp;', '&'))
      .filter((link) => !/^(?:https?:|data:|mailto:)/.test(link))
      .filter((link) => {
        const { pathname, hash } = new URL(link, `http://site${path}`)
        const anchors = ids.get(pathname)
        if (anchors === undefined) return !files.has(pathname)
        return hash !== '' && !anchors.has(decodeURIComponent(hash.slice(1)))
      })
      .map((link) => `${path} → ${link}`),
  ).flat()
}
