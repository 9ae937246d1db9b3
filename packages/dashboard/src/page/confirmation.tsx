import { maxNoteLength } from '@cb/operator-http/note-length'
import type { JSX } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Scope } from '../wire.ts'
import type { Action } from './actions.ts'
import { announce } from './announcements.ts'
import { shown } from './words.ts'

const times: [string, string][] = [
  ['', 'until an operator ends it'],
  ['300000', 'for 5 minutes'],
  ['900000', 'for 15 minutes'],
  ['3600000', 'for an hour'],
]

const scopeWords: Record<Scope, string> = { process: 'in this process', fleet: 'in the whole fleet' }

/** Asks for a note, and where there is a choice for how long and where. */
export function Confirmation(props: {
  action: Action
  breaker: string
  /** Where it may apply, the likely one first. */
  scopes: readonly Scope[]
  onEnd: () => void
}): JSX.Element {
  const { action, breaker, scopes, onEnd } = props
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
      scope: fields.get('scope') ?? scopes[0],
      ...(duration && { for: Number(duration) }),
    }
    const answer = await send(body)
    if (answer !== undefined) return setProblem(answer)
    announce(`${action.label}: done`)
    dispatchEvent(new Event('cb-acted'))
    dialog.current?.close()
  }
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
        {scopes.length > 1 && (
          <Choice label="Where?" name="scope" of={scopes.map((scope) => [scope, scopeWords[scope]])} />
        )}
        {action.name.startsWith('force') && <Choice label="How long?" name="for" of={times} />}
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

function Choice({ label, name, of }: { label: string; name: string; of: readonly [string, string][] }): JSX.Element {
  return (
    <label>
      {label}
      <select name={name}>
        {of.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
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
