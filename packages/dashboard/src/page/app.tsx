import { useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { announcement } from './announcements.ts'
import { BreakerPage } from './breaker-page.tsx'
import { status } from './connection.ts'
import { focusSearch } from './filter.tsx'
import { Connection } from './freshness.tsx'
import { ListPage } from './list-page.tsx'
import { breakers, tally } from './model.ts'
import { shownBreaker } from './route.ts'

export function App(): JSX.Element {
  const name = shownBreaker.value
  useSignalEffect(() => {
    const { open } = tally.value
    document.title = open === 0 ? 'Circuit breakers' : `(${open} open) Circuit breakers`
  })
  return (
    <div class={status.value.kind === 'stale' ? 'app stale' : 'app'}>
      <button type="button" class="skip" onClick={focusMain}>
        Skip to the breakers
      </button>
      <header class="top">
        <h1>
          <a href="#/">Circuit breakers</a>
        </h1>
        <Connection />
      </header>
      <main id="main" tabIndex={-1}>
        {status.value.kind === 'loading' && breakers.value.length === 0 ? (
          <Loading />
        ) : name === undefined ? (
          <ListPage />
        ) : (
          <BreakerPage key={name} name={name} />
        )}
      </main>
      <p class="hidden" role="status" aria-live="polite">
        {announcement}
      </p>
    </div>
  )
}

function Loading(): JSX.Element {
  return (
    <p class="loading" role="status">
      Loading the breakers of this process…
    </p>
  )
}

function focusMain(): void {
  document.getElementById('main')?.focus()
}

addEventListener('keydown', (event) => {
  const isTyping = (event.target as HTMLElement).closest?.('input, textarea, select, dialog')
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  focusSearch()
})
