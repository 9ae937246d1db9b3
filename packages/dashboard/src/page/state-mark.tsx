import type { JSX } from 'preact'
import type { State } from '../wire.ts'
import { stateWord } from './words.ts'

const classes = ['closed', 'open', 'half-open'] as const

export function stateClass(state: State): string {
  return classes[state]
}

/** A state as a shape and a word; the colour is that of its class. */
export function StateMark({ state }: { state: State }): JSX.Element {
  return (
    <span class={`state ${stateClass(state)}`}>
      <StateShape state={state} />
      {stateWord(state)}
    </span>
  )
}

/** A disc, a diamond with a stroke, half a disc. */
export function StateShape({ state }: { state: State }): JSX.Element {
  return (
    <svg class={`shape ${stateClass(state)}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {state === 0 && <circle cx="8" cy="8" r="5" class="fill" />}
      {state === 1 && (
        <path d="M8 .8 15.2 8 8 15.2.8 8Z M7 4.3v4.9h2V4.3Z M7 10.6v1.9h2v-1.9Z" class="fill" fill-rule="evenodd" />
      )}
      {state === 2 && (
        <>
          <circle cx="8" cy="8" r="5.2" class="line" />
          <path d="M8 2.8a5.2 5.2 0 0 0 0 10.4Z" class="fill" />
        </>
      )}
    </svg>
  )
}
