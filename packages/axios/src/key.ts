import { cutKey, originKey as originOf } from '@cb/http-rules'
import { Axios, type InternalAxiosRequestConfig } from 'axios'

/** Without defaults, because a request's config is complete when it reaches the adapter. */
const axiosWithoutDefaults = new Axios({})

/**
 * The origin of the effective request: scheme, host and port, never credentials, path or query. `unix:` and the path for a
 * `socketPath`; `//host` for a protocol-relative URL outside of a browser; the scheme for a URL that has no origin; `relative`
 * for a URL without a host.
 */
export function originKey({ socketPath, baseURL, url, allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  if (typeof socketPath === 'string') return cutKey(`unix:${socketPath}`)
  if (!baseURL) return keyOfUrl(String(url))
  if (url === undefined || isPath(url)) return keyOfUrl(baseURL)
  return keyOfUrl(axiosWithoutDefaults.getUri({ baseURL, url, allowAbsoluteUrls } as InternalAxiosRequestConfig))
}

/** Whether a URL has neither a scheme nor a host. The usual beginning is tested without a pattern, which is faster. */
function isPath(url: string): boolean {
  return (url[0] === '/' && url[1] !== '/' && url[1] !== '\\') || !/^([a-z][a-z\d+.-]*:|[\\/]{2})/i.test(url)
}

function keyOfUrl(url: string): string {
  if ('location' in globalThis || !url.startsWith('//')) return originOf(url)
  const key = originOf(`http:${url}`)
  return key === 'relative' ? key : key.slice('http:'.length)
}
