import { maxNoteLength } from '@cb/operator-http/note-length'
import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ActionName } from '../wire.ts'
import { announce } from './announcements.ts'
import type { Breaker, Facts } from './breaker.ts'
import { shown } from './words.ts'

interface Action {
  readonly name: ActionName
  readonly label: string
  /** What it will do, for the confirmation. */
  readonly effect: string
  readonly isPossible: (facts: Facts) => boolean
}

const actions: readonly Action[] = [
  {
    name: 'force-open',
    label: 'Force open',
    effect: 'Every call is rejected until an operator resumes or resets it, or the time is over.',
    isPossible: () => true,
  },
  {
    name: 'force-closed',
    label: 'Force closed',
    effect: 'Every call is admitted, however many fail, until an operator resumes or resets it, or the time is over.',
    isPossible: () => true,
  },
  {
    name: 'resume',
    label: 'Resume',
    effect: 'The override ends. The breaker goes on from the state it was in before.',
    isPossible: ({ override }) => override !== null,
  },
  {
    name: 'probe-now',
    label: 'Probe now',
    effect: 'The open state ends. The next calls are probes, which decide whether it closes.',
    isPossible: ({ state }) => state === 1,
  },
  {
    name: 'reset',
    label: 'Reset',
    effect: 'It closes with an empty memory, and an override ends.',
    isPossible: () => true,
  },
]

/** What an operator can do; each is confirmed, with a note. A button that is disabled for good would lose the focus. */
export function Controls({ breaker }: { breaker: Breaker }): JSX.Element {
  const [chosen, setChosen] = useState<Action | undefined>(undefined)
  const facts = breaker.facts.value
  return (
    <section class="controls" aria-label="Controls">
      {actions.map((action) => (
        <button
          key={action.name}
          type="button"
          aria-disabled={!action.isPossible(facts)}
          onClick={() => action.isPossible(facts) && setChosen(action)}
        >
          {action.label}…
        </button>
      ))}
      {chosen && <Confirmation action={chosen} breaker={facts.name} onEnd={() => setChosen(undefined)} />}
    </section>
  )
}

const times: [string, string][] = [
  ['', 'until an operator ends it'],
  ['300000', 'for 5 minutes'],
  ['900000', 'for 15 minutes'],
  ['3600000', 'for an hour'],
]

function Confirmation(props: { action: Action; breaker: string; onEnd: () => void }): JSX.Element {
  const { action, breaker, onEnd } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState('')
  useLayoutEffect(() => dialog.current?.showModal(), [])

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const fields = new FormData(event.currentTarget as HTMLFormElement)
    const duration = fields.get('for')
    const body = {
      action: action.name,
      breaker,
      note: String(fields.get('note')).trim(),
      ...(duration && { for: Number(duration) }),
    }
    const answer = await send(body)
    if (answer !== undefined) return setProblem(answer)
    announce(`${action.label}: done`)
    dispatchEvent(new Event('cb-acted'))
    dialog.current?.close()
  }
  const isForced = action.name.startsWith('force')
  return (
    <dialog ref={dialog} aria-labelledby="action" onClose={onEnd}>
      <form onSubmit={submit}>
        <h3 id="action">
          {action.label}: <bdi>{shown(breaker)}</bdi>
        </h3>
        <p>{action.effect}</p>
        <label>
          Why? It becomes the note of the transition.
          <input name="note" required maxLength={maxNoteLength} autocomplete="off" pattern=".*\S.*" />
        </label>
        {isForced && (
          <label>
            How long?
            <select name="for">
              {times.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          </label>
        )}
        {problem !== '' && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <p class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="confirm">
            {action.label}
          </button>
        </p>
      </form>
    </dialog>
  )
}

/** @returns what went wrong, if anything did. */
async function send(body: object): Promise<string | undefined> {
  try {
    const response = await fetch('act', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.ok) return undefined
    const { detail } = await response.json()
    return `Not done: ${detail}`
  } catch {
    return 'Not done, or nobody knows: the server did not answer.'
  }
}
