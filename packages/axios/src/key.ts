import { kind } from '@cb/checks'
import { Axios, type InternalAxiosRequestConfig } from 'axios'

const longest = 256

/** Has no defaults: a request's config is complete when it reaches the adapter. */
const plain = new Axios({})

/**
 * The origin of the effective request: scheme, host and port, never credentials, path or query. `unix:` and the path for a
 * `socketPath`; `//host` for a protocol-relative URL outside of a browser; the scheme for a URL that has no origin; `relative`
 * where there is no host to be found.
 */
export function originKey({ socketPath, baseURL, url, allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  if (typeof socketPath === 'string') return `unix:${socketPath}`.slice(0, longest)
  try {
    const uri = plain.getUri({ baseURL, url, allowAbsoluteUrls } as InternalAxiosRequestConfig)
    return originOf(uri).slice(0, longest)
  } catch {
    return 'relative'
  }
}

function originOf(uri: string): string {
  const { location } = globalThis as { location?: { href: string } }
  if (location === undefined && uri.startsWith('//')) return `//${new URL(`http:${uri}`).host}`
  const { origin, protocol } = new URL(uri, location?.href)
  return origin === 'null' ? protocol : origin
}

/**
 * @param saying  the beginning of the message, up to "a string".
 * @throws TypeError for anything but a string that is not empty, RangeError for one of more than 256 characters.
 */
export function checkKey(saying: string, key: unknown): string {
  const wanted = `${saying} a string of 1 to ${longest} characters`
  if (typeof key !== 'string' || key === '') throw new TypeError(`${wanted}, got ${kind(key)}`)
  if (key.length > longest) throw new RangeError(`${wanted}, got ${key.length} characters`)
  return key
}
