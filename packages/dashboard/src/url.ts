import type { IncomingMessage } from 'node:http'
import { splitUrl } from '@cb/operator-http'

/** Express and those like it cut the path of the mount from `url`, and keep the whole in `originalUrl`. */
type MountedRequest = IncomingMessage & { readonly originalUrl?: string; readonly baseUrl?: string }

const routes = /(?:^|\/)(breaker|stream|act|assets\/[\w.-]+|)$/

/**
 * What is asked for, relative to the page: an empty string is the page itself. Where nothing has cut the path of the mount, its end
 * decides, so that no prefix must be configured.
 */
export function routeOf(request: MountedRequest): { path: string; query: URLSearchParams } {
  const { path, search } = splitUrl(request.url)
  const route = routes.exec(path)?.[1]
  const isMounted = request.baseUrl !== undefined
  const isKnown = route !== undefined && (!isMounted || path === `/${route}`)
  return { path: isKnown ? route : 'unknown', query: new URLSearchParams(search) }
}

/** The URLs of the page are relative, so its own must end with a slash. @returns a relative URL that does. */
export function redirectOf({ url, originalUrl }: MountedRequest): string | undefined {
  const { path } = splitUrl(originalUrl ?? url)
  const isPage = ['/', ''].includes(splitUrl(url).path)
  if (!isPage || path === '' || path.endsWith('/')) return undefined
  return `./${path.slice(path.lastIndexOf('/') + 1)}/`
}
