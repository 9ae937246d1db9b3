/** Splits at the first question mark: another one belongs to the query. */
export function splitUrl(url = ''): { path: string; search: string } {
  const mark = `${url}?`.indexOf('?')
  return { path: url.slice(0, mark), search: url.slice(mark + 1) }
}
