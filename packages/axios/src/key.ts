import { maxKeyLength, originOf } from '@cb/http-rules'
import { Axios, type InternalAxiosRequestConfig } from 'axios'

/** Without defaults, because a request's config is complete when it reaches the adapter. */
const axiosWithoutDefaults = new Axios({})

/** A cache, because finding the key of a base URL costs more than everything else that a breaker does for a request. */
const keysByBase = new Map<string, string>()
const maxBases = 1_000

/**
 * The origin of the effective request: scheme, host and port, never credentials, path or query. `unix:` and the path for a
 * `socketPath`; `//host` for a protocol-relative URL outside of a browser; the scheme for a URL that has no origin; `relative`
 * for a URL without a host.
 */
export function originKey({ socketPath, baseURL, url, allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  if (typeof socketPath === 'string') return `unix:${socketPath}`.slice(0, maxKeyLength)
  if (!baseURL) return keyOf(url)
  if (url === undefined || isPath(url)) return keyOfBase(baseURL)
  return keyOf(axiosWithoutDefaults.getUri({ baseURL, url, allowAbsoluteUrls } as InternalAxiosRequestConfig))
}

/** Whether a URL has neither a scheme nor a host. The usual beginning is tested without a pattern, which is faster. */
function isPath(url: string): boolean {
  return (url[0] === '/' && url[1] !== '/' && url[1] !== '\\') || !/^([a-z][a-z\d+.-]*:|[\\/]{2})/i.test(url)
}

function keyOfBase(base: string): string {
  const cached = keysByBase.get(base)
  if (cached !== undefined) return cached
  const key = keyOf(base)
  // In a browser it can depend on the URL of the page.
  if (base.length > maxKeyLength || 'location' in globalThis) return key
  if (keysByBase.size === maxBases) keysByBase.clear()
  keysByBase.set(base, key)
  return key
}

function keyOf(url: string | undefined): string {
  const { location } = globalThis as { location?: { href: string } }
  const uri = String(url)
  try {
    if (location !== undefined || !uri.startsWith('//')) return originOf(new URL(uri, location?.href))
    return `//${new URL(`http:${uri}`).host}`.slice(0, maxKeyLength)
  } catch {
    return 'relative'
  }
}
