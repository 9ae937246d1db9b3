const maxFieldLength = 1_000

/**
 * How long the server asks to wait, in milliseconds above 0, as a duration that core accepts; undefined if it does not. Only a 429 or 503 can ask:
 * by `Retry-After`, or else by a rate limit that is used up.
 * @param header  returns a header by its name in lower case; anything but a string counts as missing.
 */
export function retryAfterOf(
  status: number,
  header: (name: string) => unknown,
  now: number = Date.now(),
): number | undefined {
  if (status !== 429 && status !== 503) return undefined
  const field = (name: string): string => {
    const value = header(name)
    return typeof value === 'string' && value.length <= maxFieldLength ? value.trim() : ''
  }
  try {
    return retryAfter(field('retry-after'), now) ?? rateLimit(field('ratelimit')) ?? rateLimitReset(field, now)
  } catch {
    return undefined // reading the headers threw
  }
}

/** A number of seconds or an HTTP date (RFC 9110, 10.2.3 and 5.6.7). */
function retryAfter(text: string, now: number): number | undefined {
  return positive(/^\d{1,20}$/.test(text) ? Number(text) * 1000 : parseHttpDate(text) - now)
}

/** `Date.parse` alone would read "1.5" as a day in January, and a date without a zone (asctime) as local time. */
function parseHttpDate(text: string): number {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .{1,40}( GMT|\d{4})$/.test(text)) return Number.NaN
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`)
}

/**
 * `RateLimit: "minute";r=0;t=30, "day";r=900;t=5000`, or `limit=10, remaining=0, reset=30` of older drafts: the longest wait for
 * a limit that is used up (draft-ietf-httpapi-ratelimit-headers).
 */
function rateLimit(text: string): number | undefined {
  const older = /\bremaining=0\b.*\breset=(\d+)/.exec(text)
  if (older !== null) return positive(Number(older[1]) * 1000)
  const waits = text
    .split(',')
    .map((limit) => (/;\s*r=0(?![\d.])/.test(limit) ? Number(/;\s*t=(\d+)/.exec(limit)?.[1]) : 0))
  return positive(Math.max(...waits.filter((seconds) => seconds > 0)) * 1000)
}

const prefixes = ['ratelimit', 'x-ratelimit', 'x-rate-limit']

/** Seconds from now, or since 1970 as GitHub and others send them. A limit that is not used up did not cause the failure. */
function rateLimitReset(field: (name: string) => string, now: number): number | undefined {
  const prefix = prefixes.find((it) => field(`${it}-reset`) !== '')
  const reset = field(`${prefix}-reset`)
  if (!/^\d+(\.\d+)?$/.test(reset) || Number(field(`${prefix}-remaining`)) > 0) return undefined
  const seconds = Number(reset)
  return positive(Math.ceil(seconds > 1e9 ? seconds * 1000 - now : seconds * 1000))
}

function positive(ms: number): number | undefined {
  return ms > 0 ? Math.min(ms, Number.MAX_SAFE_INTEGER) : undefined
}
