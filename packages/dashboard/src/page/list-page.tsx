import { computed } from '@preact/signals'
import type { JSX } from 'preact'
import type { Breaker } from './breaker.ts'
import { Card } from './card.tsx'
import { chosen, clearFilter, isFiltered, matches, Summary } from './filter.tsx'
import { fleetRows, isFleetInTrouble } from './fleet.ts'
import { Elsewhere } from './fleet-view.tsx'
import { Many } from './many.tsx'
import { breakers } from './model.ts'
import { Strip } from './strip.tsx'
import { Table } from './table.tsx'

const rank = [2, 0, 1] as const

const isTroubled = ({ inTrouble, facts }: Breaker) => inTrouble || isFleetInTrouble(facts.value.name)

/** Open ones first, then half-open ones, then forced closed ones; the latest outage first, and not the latest round of probes. */
const troubled = computed(() =>
  chosen.value
    .filter(isTroubled)
    .map((breaker) => ({ breaker, ...breaker.facts.value }))
    .sort((a, b) => rank[a.state] - rank[b.state] || (b.outageSince ?? b.since) - (a.outageSince ?? a.since))
    .map(({ breaker }) => breaker),
)
const healthy = computed(() => chosen.value.filter((breaker) => !isTroubled(breaker)))
const elsewhere = computed(() => {
  const here = new Set(breakers.value.map(({ facts }) => facts.value.name))
  return [...fleetRows.value.values()].filter((row) => !here.has(row.name) && matches(row))
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
      {troubled.value.length > 0 && (
        <section aria-labelledby="trouble">
          <h2 id="trouble">Trouble</h2>
          <Many all={troubled.value} most={60} class="cards">
            {(breaker) => <Card key={breaker} breaker={breaker} />}
          </Many>
        </section>
      )}
      {healthy.value.length > 0 && (
        <section aria-labelledby="healthy">
          <h2 id="healthy">Healthy</h2>
          <Table breakers={healthy.value} />
        </section>
      )}
      {others}
    </>
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
