import { computed, effect, signal } from '@preact/signals'

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

/** What of the list is shown, as the address says: others can open it too. */
export const query = computed(() => new URLSearchParams(/^#\/\?(.*)$/s.exec(hash.value)?.[1]))

/** An empty value leaves the parameter out. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(query.value)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  hash.value = next.size === 0 ? '#/' : `#/?${next}`
  history.replaceState(null, '', hash.value)
}

/** The name of the breaker whose page is shown; undefined on the list. */
export const shownBreaker = computed(() => {
  const [, encoded] = /^#\/breaker\/(.+)$/s.exec(hash.value) ?? []
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
})

/** The address of the list as it was left. */
export const listAddress = signal('#/')
effect(() => {
  if (shownBreaker.value === undefined) listAddress.value = hash.value || '#/'
})

/** In the fragment, so that the server sees no name in a URL, and all URLs stay relative. */
export function linkTo(name: string): string {
  return `#/breaker/${encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'))}`
}
