const safe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])

/** Whether a request may change something: true for every method but GET (the default), HEAD, OPTIONS, TRACE and QUERY. */
export function isWrite(method = 'GET'): boolean {
  return !safe.has(method.toUpperCase())
}
