import { computed } from '@preact/signals'
import type { JSX } from 'preact'
import type { State } from '../wire.ts'
import { breakers, tally } from './model.ts'
import { hasGroups } from './origin.ts'
import { query, setQuery } from './route.ts'
import { StateShape } from './state-mark.tsx'
import { count } from './words.ts'

const choices = ['open', 'half-open', 'forced', 'closed'] as const

type Choice = (typeof choices)[number]

const search = computed(() => query.value.get('search') ?? '')
const choice = computed(() => choices.find((it) => it === query.value.get('state')))
/** Whether the list is grouped by origin. */
export const isGrouped = computed(() => query.value.get('group') === 'origin')

/** Whether a breaker is to be shown. */
export function matches({ name, state, override }: { name: string; state: State; override: unknown }): boolean {
  const chosen = choice.value
  if (!name.toLowerCase().includes(search.value.trim().toLowerCase())) return false
  if (chosen === 'forced') return override !== null
  return chosen === undefined || ['closed', 'open', 'half-open'][state] === chosen
}

export const isFiltered = computed(() => search.value.trim() !== '' || choice.value !== undefined)

/** The breakers that are to be shown. */
export const chosen = computed(() =>
  isFiltered.value ? breakers.value.filter(({ facts }) => matches(facts.value)) : breakers.value,
)

export function clearFilter(): void {
  setQuery({ search: '', state: '' })
}

export function focusSearch(): void {
  document.querySelector<HTMLInputElement>('#search')?.focus()
}

/** The counts of each state, trouble first; each is a filter. */
export function Summary(): JSX.Element {
  const { open, halfOpen, forced, closed } = tally.value
  return (
    <section class="summary" aria-label="Breakers by state">
      <Chip of="open" number={open} shape={<StateShape state={1} />} />
      <Chip of="half-open" number={halfOpen} shape={<StateShape state={2} />} />
      {forced > 0 && <Chip of="forced" number={forced} shape={<ForcedShape />} />}
      <Chip of="closed" number={closed} shape={<StateShape state={0} />} />
      {(hasGroups.value || isGrouped.value) && (
        <button
          type="button"
          class="chip"
          aria-pressed={isGrouped.value}
          onClick={() => setQuery({ group: isGrouped.value ? '' : 'origin' })}
        >
          Group by origin
        </button>
      )}
      <input
        id="search"
        type="search"
        placeholder="Search by name ( / )"
        aria-label="Search breakers by name"
        aria-keyshortcuts="/"
        autocomplete="off"
        spellcheck={false}
        value={search}
        onInput={(event) => setQuery({ search: event.currentTarget.value })}
      />
    </section>
  )
}

export function ForcedShape(): JSX.Element {
  return (
    <svg class="shape forced" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path class="fill" d="M4 7V5a4 4 0 0 1 8 0v2h1v7H3V7Zm2 0h4V5a2 2 0 0 0-4 0Z" fill-rule="evenodd" />
    </svg>
  )
}

function Chip({ of, number, shape }: { of: Choice; number: number; shape: JSX.Element }): JSX.Element {
  const isChosen = choice.value === of
  return (
    <button
      type="button"
      class={`chip ${of} ${number === 0 ? 'none' : ''}`}
      aria-pressed={isChosen}
      onClick={() => setQuery({ state: isChosen ? '' : of })}
    >
      {shape}
      <b>{count(number)}</b> {of}
    </button>
  )
}
