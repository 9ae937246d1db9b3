import { computed } from '@preact/signals'
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { Breaker } from './breaker.ts'
import { Card } from './card.tsx'
import { chosen, clearFilter, isFiltered, isGrouped, matches, Summary } from './filter.tsx'
import { fleetRows, isFleetInTrouble, stateOf } from './fleet.ts'
import { Elsewhere } from './fleet-view.tsx'
import { Many } from './many.tsx'
import { breakers } from './model.ts'
import { byOrigin } from './origin.ts'
import { Strip } from './strip.tsx'
import { Table } from './table.tsx'
import { count, shown } from './words.ts'

const rank = [2, 0, 1] as const

const isTroubled = ({ inTrouble, facts }: Breaker) => inTrouble || isFleetInTrouble(facts.value.name)

interface Parts {
  /** Open ones first, then half-open ones, then forced closed ones; the latest outage first, and not the latest round of probes. */
  readonly troubled: readonly Breaker[]
  readonly healthy: readonly Breaker[]
}

function partsOf(breakers: readonly Breaker[]): Parts {
  const troubled = breakers
    .filter(isTroubled)
    .map((breaker) => ({ breaker, ...breaker.facts.value }))
    .sort((a, b) => rank[a.state] - rank[b.state] || (b.outageSince ?? b.since) - (a.outageSince ?? a.since))
    .map(({ breaker }) => breaker)
  return { troubled, healthy: breakers.filter((breaker) => !isTroubled(breaker)) }
}

const all = computed(() => partsOf(chosen.value))
const groups = computed(() =>
  byOrigin(chosen.value)
    .map(([origin, breakers]) => ({ origin, ...partsOf(breakers) }))
    .sort((a, b) => b.troubled.length - a.troubled.length),
)
const elsewhere = computed(() => {
  const here = new Set(breakers.value.map(({ facts }) => facts.value.name))
  return [...fleetRows.value.values()].filter((row) => !here.has(row.name) && matches({ ...row, state: stateOf(row) }))
})

export function ListPage(): JSX.Element {
  const others = elsewhere.value.length > 0 && <Elsewhere rows={elsewhere.value} />
  if (breakers.value.length === 0)
    return (
      <>
        <Empty />
        {others}
      </>
    )
  return (
    <>
      <Summary />
      {chosen.value.length === 0 && isFiltered.value && (
        <p class="empty">
          No breaker matches.{' '}
          <button type="button" onClick={clearFilter}>
            Show all
          </button>
        </p>
      )}
      <Strip />
      {isGrouped.value ? groups.value.map((group) => <Group key={group.origin} {...group} />) : <All {...all.value} />}
      {others}
    </>
  )
}

function All({ troubled, healthy }: Parts): JSX.Element {
  return (
    <>
      {troubled.length > 0 && (
        <section aria-labelledby="trouble">
          <h2 id="trouble">Trouble</h2>
          <Cards breakers={troubled} />
        </section>
      )}
      {healthy.length > 0 && (
        <section aria-labelledby="healthy">
          <h2 id="healthy">Healthy</h2>
          <Table breakers={healthy} />
        </section>
      )}
    </>
  )
}

function Cards({ breakers }: { breakers: readonly Breaker[] }): JSX.Element {
  return (
    <Many all={breakers} most={60} class="cards">
      {(breaker) => <Card key={breaker} breaker={breaker} />}
    </Many>
  )
}

/** The breakers of one origin. */
function Group({ origin, troubled, healthy }: Parts & { origin: string }): JSX.Element {
  const id = useId()
  const [inTrouble, length] = [troubled.length, troubled.length + healthy.length]
  return (
    <section class="group" aria-labelledby={id}>
      <h2 id={id}>
        <bdi>{origin === '' ? 'Without an origin' : shown(origin)}</bdi>{' '}
        <span class="of">
          {count(length)} {length === 1 ? 'breaker' : 'breakers'}
          {inTrouble > 0 && `, ${count(inTrouble)} in trouble`}
        </span>
      </h2>
      {inTrouble > 0 && <Cards breakers={troubled} />}
      {healthy.length > 0 && <Table breakers={healthy} />}
    </section>
  )
}

function Empty(): JSX.Element {
  return (
    <div class="empty">
      <h2>There is no breaker yet</h2>
      <p>
        The registry of this process creates breakers at their first use. This page shows each one as soon as it exists.
      </p>
    </div>
  )
}
