import { formatSeconds } from '../measure.ts'
import type { Outage } from './fleet-scenario.ts'

/** What the two outages have cost, side by side. */
export function comparison(alone: Outage, shared: Outage): string[] {
  const row = (label: string, of: (outage: Outage) => string | number) =>
    `  ${label.padEnd(46)}${[alone, shared].map((outage) => String(of(outage)).padStart(13)).join('')}`
  return [
    `  ${''.padEnd(46)}${'each alone'.padStart(13)}${'shared'.padStart(13)}`,
    row('calls that failed at payment', ({ failed }) => failed),
    row('of these, probes', ({ probes }) => probes),
    row('most probes in flight at payment', ({ mostProbes }) => mostProbes),
    row('from the fault until all gateways were open', ({ opening }) => formatSeconds(opening)),
    row('from the recovery until all were closed', ({ closing }) => formatSeconds(closing)),
  ]
}

/** The run in words, and the reason if it is a failure. @param limit  the most probes that the breakers allow. */
export function concludeFleet(
  alone: Outage,
  shared: Outage,
  { gateways, limit }: { readonly gateways: number; readonly limit: number },
): { sentence: string; failure?: string } {
  const sentence =
    `Each alone, the ${gateways} gateways lost ${alone.failed} calls to payment, ${alone.probes} of them probes, with up to ` +
    `${alone.mostProbes} probes in flight. With shared breakers they lost ${shared.failed} calls, ${shared.probes} of them ` +
    `probes, with up to ${shared.mostProbes} in flight; ${limit} are allowed. All were open ${formatSeconds(shared.opening)} ` +
    `after the fault instead of ${formatSeconds(alone.opening)}.`
  if (shared.mostProbes <= limit) return { sentence }
  return { sentence, failure: `the fleet had ${shared.mostProbes} probes in flight, but ${limit} are allowed` }
}
