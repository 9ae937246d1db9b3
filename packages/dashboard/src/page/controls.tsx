import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { fleetActions, type Scope } from '../wire.ts'
import { type Action, actions, scopesOf } from './actions.ts'
import type { Facts } from './breaker.ts'
import { Confirmation } from './confirmation.tsx'
import { fleet, fleetRows } from './fleet.ts'

/**
 * What an operator can do; each is confirmed, with a note. A button that is disabled for good would lose the focus.
 * @param facts  undefined if only other processes of the fleet have the breaker.
 */
export function Controls({ name, facts }: { name: string; facts: Facts | undefined }): JSX.Element {
  const [chosen, setChosen] = useState<{ action: Action; scopes: Scope[] } | undefined>(undefined)
  const offered = facts === undefined ? actions.filter(({ name }) => fleetActions.includes(name)) : actions
  return (
    <section class="controls" aria-label="Controls">
      {offered.map((action) => {
        const scopes = scopesOf(action, facts, fleet.value !== null, fleetRows.value.get(name))
        const isPossible = scopes.length > 0
        return (
          <button
            key={action.name}
            type="button"
            aria-disabled={!isPossible}
            onClick={() => isPossible && setChosen({ action, scopes })}
          >
            {action.label}…
          </button>
        )
      })}
      {chosen && <Confirmation {...chosen} breaker={name} onEnd={() => setChosen(undefined)} />}
    </section>
  )
}
