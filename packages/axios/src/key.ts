import { longestKey, originOf } from '@cb/http-rules'
import { Axios, type InternalAxiosRequestConfig } from 'axios'

/** Has no defaults: a request's config is complete when it reaches the adapter. */
const plain = new Axios({})

/** The keys of base URLs: to work one out costs more than all else that a breaker does for a request. */
const keysByBase = new Map<string, string>()
const mostBases = 1_000

/**
 * The origin of the effective request: scheme, host and port, never credentials, path or query. `unix:` and the path for a
 * `socketPath`; `//host` for a protocol-relative URL outside of a browser; the scheme for a URL that has no origin; `relative`
 * where there is no host to be found.
 */
export function originKey({ socketPath, baseURL, url, allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  if (typeof socketPath === 'string') return `unix:${socketPath}`.slice(0, longestKey)
  if (!baseURL) return keyOf(url)
  if (url === undefined || isPath(url)) return keyOfBase(baseURL)
  return keyOf(plain.getUri({ baseURL, url, allowAbsoluteUrls } as InternalAxiosRequestConfig))
}

/** Neither with a scheme nor with a host, whatever axios makes of those beside a base. What most begin with needs no pattern. */
function isPath(url: string): boolean {
  return (url[0] === '/' && url[1] !== '/' && url[1] !== '\\') || !/^([a-z][a-z\d+.-]*:|[\\/]{2})/i.test(url)
}

function keyOfBase(base: string): string {
  const known = keysByBase.get(base)
  if (known !== undefined) return known
  const key = keyOf(base)
  // In a browser it can depend on the page.
  if (base.length > longestKey || 'location' in globalThis) return key
  if (keysByBase.size === mostBases) keysByBase.clear()
  keysByBase.set(base, key)
  return key
}

function keyOf(url: string | undefined): string {
  const { location } = globalThis as { location?: { href: string } }
  const uri = String(url)
  try {
    if (location !== undefined || !uri.startsWith('//')) return originOf(uri, location?.href)
    return `//${new URL(`http:${uri}`).host}`.slice(0, longestKey)
  } catch {
    return 'relative'
  }
}
