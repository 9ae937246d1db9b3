import { computed, signal } from '@preact/signals'

const hash = signal(location.hash)
addEventListener('hashchange', () => {
  hash.value = location.hash
})

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

/** In the fragment, so that the server sees no name in a URL, and all URLs stay relative. */
export function linkTo(name: string): string {
  return `#/breaker/${encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd'))}`
}
