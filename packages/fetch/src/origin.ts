import { longestKey } from '@cb/http-rules'

/** All that stands before the path, without credentials or anything unusual. */
const usualStart = /^https?:\/\/[^/?#\\@\s]+(?=[/?#]|$)/
const mostKnown = 1_000
const known = new Map<string, string>()

/**
 * Scheme, host and port of a URL, never credentials, path or query; the scheme alone where there is no origin. `relative` for what
 * can't be resolved. Those met before are remembered: to parse a URL costs as much as the rest of a guarded call.
 */
export function originOf(address: string, parse: () => URL): string {
  const start = usualStart.exec(address)?.[0]
  if (start === undefined) return keyOf(parse())
  let origin = known.get(start)
  if (origin === undefined) {
    origin = keyOf(parse())
    if (known.size >= mostKnown) known.clear()
    if (start.length <= longestKey) known.set(start, origin)
  }
  return origin
}

export function keyOf({ protocol, origin }: URL): string {
  if (protocol === 'relative:') return 'relative'
  return (origin === 'null' ? protocol : origin).slice(0, longestKey)
}
