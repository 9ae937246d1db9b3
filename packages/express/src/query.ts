import { format, ownOptions } from '@cb/checks'

/**
 * The values of a query, as their client wrote them. Not `req.query`, which the app's query parser makes: it turns some names into
 * arrays and objects, and differs between Express 4 and 5.
 * @throws TypeError for an unknown name, for a name that is given twice, and for invalid percent-encoding, because a guess could act on
 *   another breaker.
 */
export function readQuery(search: string, known: readonly string[]): Partial<Record<string, string>> {
  if (!isEncoded(search)) throw new TypeError(`the query is not valid percent-encoded UTF-8, got ${format(search)}`)
  const pairs = [...new URLSearchParams(search)]
  const query = ownOptions('the query', Object.fromEntries(pairs), known)
  const twice = known.find((name) => pairs.filter(([other]) => other === name).length > 1)
  if (twice !== undefined) throw new TypeError(`${twice} must be given once in the query`)
  return query
}

function isEncoded(search: string): boolean {
  try {
    return decodeURIComponent(search).length <= search.length // the result is used, or a bundler drops the call
  } catch {
    return false
  }
}
