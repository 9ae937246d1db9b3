import { parseArgs } from 'node:util'

export interface Arguments {
  readonly help: boolean
  /** Send telemetry to backends, and show their alerts and answers. */
  readonly telemetry: boolean
  /** Exit when the scenario is over, also on a terminal. */
  readonly once: boolean
  /** The number of gateways that share their breakers; undefined for the demo of one. */
  readonly fleet: number | undefined
  /** They share them through Redis. */
  readonly redis: boolean
  /** The (first) gateway's port; undefined for the default, or a free one if that is taken. */
  readonly port: number | undefined
}

export const defaultPort = 3_000

export const helpText = `Usage: demo [--once] [--telemetry | --fleet N [--redis]] [--port N] [--help]
Starts a gateway and three services, lets one of them fail and recover, and shows what callers get.
  --once       exit when the scenario is over: 0 if the breaker opened and closed and no dashboard failed, otherwise 1
  --telemetry  send everything to an OTLP server and to Prometheus, if installed, and show alerts and queries
  --fleet N    N gateways, 2 to 8, that share their breakers: what an outage costs each alone, and together
  --redis      they share them through redis-server, if installed, which the demo starts and stops
  --port N     port of the gateway, 0 for a free one (default ${defaultPort}, or a free one if that is taken)
On a terminal, without --once, the services then stay up until Ctrl-C, so that you can send requests.`

/** The command line is invalid. */
export class UsageError extends Error {}

/** @throws UsageError naming the argument. */
export function parseArguments(args: readonly string[]): Arguments {
  const { help = false, once = false, telemetry = false, redis = false, fleet, port } = parse(args)
  if (fleet !== undefined && !/^[2-8]$/.test(fleet)) {
    throw new UsageError(`--fleet must be an integer from 2 to 8, got ${JSON.stringify(fleet)}`)
  }
  if (redis && fleet === undefined) throw new UsageError('--redis needs --fleet')
  if (telemetry && fleet !== undefined) throw new UsageError('--telemetry and --fleet exclude each other')
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    throw new UsageError(`--port must be an integer from 0 to 65535, got ${JSON.stringify(port)}`)
  }
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text))
  return { help, once, telemetry, redis, fleet: number(fleet), port: number(port) }
}

function parse(args: readonly string[]) {
  try {
    const flag = { type: 'boolean' } as const
    const text = { type: 'string' } as const
    const options = { help: flag, once: flag, telemetry: flag, redis: flag, fleet: text, port: text }
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
