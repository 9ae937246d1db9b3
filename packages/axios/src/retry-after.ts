const longest = 86_400_000

/**
 * What a `Retry-After` header asks for, in milliseconds above 0 and at most a day; undefined if it is missing, past or malformed.
 * It is a number of seconds or an HTTP date (RFC 9110, 10.2.3 and 5.6.7).
 */
export function parseRetryAfter(value: unknown, now: number = Date.now()): number | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined
  const text = value.trim()
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseHttpDate(text) - now
  return ms > 0 ? Math.min(ms, longest) : undefined
}

/** `Date.parse` alone would take "1.5" for a day in January, and a date without a zone (asctime) for local time. */
function parseHttpDate(text: string): number {
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*( GMT|\d{4})$/.test(text)) return Number.NaN
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`)
}
