import { expect, test } from 'vitest'
import { brokenLinks, builtFiles, builtPages } from './site.ts'

const pages = builtPages()
const files = builtFiles()

test('every link within the site leads to a page and an anchor that exist', () => {
  expect(pages.size).toBeGreaterThan(30)
  expect(brokenLinks(pages, files)).toEqual([])
})

test('a link to a page or an anchor that does not exist is found', () => {
  const page =
    '<h2 id="here">Here</h2><a href="#here">1</a><a href="/no-such-page/">2</a><a href="/why/#no-such-anchor">3</a>'
  const broken = brokenLinks(new Map([...pages, ['/new/', page]]), files)
  expect(broken).toEqual(['/new/ → /no-such-page/', '/new/ → /why/#no-such-anchor'])
})

test('no page loads anything from elsewhere', () => {
  const loads = [...pages.values()].flatMap((html) => [
    ...html.matchAll(
      /<(?:script|img|iframe|link rel="?(?:stylesheet|preload|icon))\b[^>]* (?:src|href)="(https?:[^"]*)"/g,
    ),
  ])
  expect(loads.map(([, url]) => url)).toEqual([])
})
