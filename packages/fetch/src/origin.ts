import { maxKeyLength, originOf } from '@cb/http-rules'

/** The part before the path, without credentials or anything unusual. */
const usualStart = /^https?:\/\/[^/?#\\@\s]+(?=[/?#]|$)/
const maxCached = 1_000
/** A cache, because parsing a URL costs as much as the rest of a guarded call. */
const keysByStart = new Map<string, string>()

/**
 * The origin of a URL: scheme, host and port, never credentials, path or query; the scheme alone for a URL that has no origin;
 * `relative` for a URL that can't be resolved.
 */
export function originKey(address: string, parse: () => URL): string {
  const start = usualStart.exec(address)?.[0]
  if (start === undefined) return keyOf(parse())
  let key = keysByStart.get(start)
  if (key === undefined) {
    key = keyOf(parse())
    if (keysByStart.size >= maxCached) keysByStart.clear()
    if (start.length <= maxKeyLength) keysByStart.set(start, key)
  }
  return key
}

export function keyOf(url: URL): string {
  return url.protocol === 'relative:' ? 'relative' : originOf(url)
}
