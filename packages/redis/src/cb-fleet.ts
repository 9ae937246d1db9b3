#!/usr/bin/env node
import { hostname, userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import type { FleetEntry } from './checked-store.ts'
import { type Fleet, joinFleet } from './fleet.ts'

const help = `Usage: cb-fleet [--url <url>] [--namespace <name>] <command>
  list                                       the breakers of the fleet
  open <breaker> [--note <why>] [--for <ms>]   rejects every call in all instances
  close <breaker> [--note <why>] [--for <ms>]  admits every call in all instances
  resume <breaker> [--note <why>]            ends an override
  --url <url>         of Redis (default redis://localhost:6379)
  --namespace <name>  of the fleet (default "default")
  --note <why>        for snapshots and events
  --for <ms>          milliseconds after which the override ends by itself`

const overrides = { open: 'forceOpen', close: 'forceClosed', resume: 'resume' } as const

/** Values are strings: a note or a name may be "007". */
const options = {
  url: { type: 'string', default: 'redis://localhost:6379' },
  namespace: { type: 'string', default: 'default' },
  note: { type: 'string' },
  for: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const { note, for: duration } = values
  const [command, breaker, ...more] = positionals
  if (command === undefined || values.help) {
    console.log(help)
    process.exitCode = values.help ? 0 : 1
    return
  }
  const method = Object.hasOwn(overrides, command) ? overrides[command as keyof typeof overrides] : undefined
  if (method === undefined && command !== 'list') throw new Error(`unknown command ${JSON.stringify(command)}`)
  const isComplete = method === undefined ? breaker === undefined : breaker !== undefined && more.length === 0
  if (!isComplete) throw new Error(`${command} needs ${method === undefined ? 'no name' : 'the name of one breaker'}`)
  await operate(values, async (fleet) => {
    const force = { ...(note !== undefined && { note }), ...(duration !== undefined && { for: Number(duration) }) }
    if (method !== undefined) await fleet[method](breaker as string, force)
    await list(fleet, breaker)
  })
}

async function operate(
  { url, namespace }: { url: string; namespace: string },
  action: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  const { createClient } = await import('redis')
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => {}) // connect and eval reject
  await client.connect()
  try {
    const port = {
      eval: (script: string, keys: readonly string[], args: readonly string[]) =>
        client.eval(script, { keys: [...keys], arguments: [...args] }),
    }
    const instance = `${userInfo().username}@${hostname()}`
    const fleet = await joinFleet({ client: port, namespace, instance, deadline: 5_000 })
    await action(fleet)
    await fleet.leave()
  } finally {
    client.destroy()
  }
}

/** @param overridden  the breaker that an action was about: its name may be mistyped. */
async function list(fleet: Fleet, overridden: string | undefined): Promise<void> {
  const entries = await fleet.list()
  const rows = entries.map(toRow)
  const table = [['BREAKER', 'STATE', 'OVERRIDE', 'INSTANCES', 'REASON', 'NOTE', 'BY'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
  const unused = entries.find(({ name, members }) => name === overridden && members === 0)
  if (unused !== undefined) console.error(`cb-fleet: no instance has the breaker "${printable(unused.name)}" now`)
}

function toRow({ name, state, remaining, override, members, reason, note, by }: FleetEntry): string[] {
  const until = state === 'open' ? ` ${remaining} ms` : ''
  const end = override?.remaining ? ` ${override.remaining} ms` : ''
  const forced = override === null ? '-' : `${override.state}${end}`
  const cells = [name, state + until, forced, String(members), reason, note, by]
  return cells.map((cell) => printable(cell) || '-')
}

/** Names and notes come from anywhere: a terminal must not obey them. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
}

main().catch((error) => {
  const [line] = String(error instanceof Error ? error.message || error.name : error).split('\n')
  console.error(`cb-fleet: ${line}`)
  process.exitCode = 1
})
