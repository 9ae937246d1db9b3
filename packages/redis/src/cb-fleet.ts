#!/usr/bin/env node
import { hostname, userInfo } from 'node:os'
import { cac } from 'cac'
import { type Fleet, type FleetEntry, joinFleet } from './fleet.ts'

interface Flags {
  readonly url: string
  readonly namespace: string
  readonly note?: string
  readonly for?: number
}

const cli = cac('cb-fleet')
cli.option('--url <url>', 'of Redis, such as redis://localhost:6379', { default: 'redis://localhost:6379' })
cli.option('--namespace <name>', 'of the fleet', { default: 'default' })
cli.command('list', 'Lists the breakers of a fleet').action((flags) => operate(flags, list))
for (const [name, method, text] of [
  ['open', 'forceOpen', 'Rejects every call of a breaker in all instances'],
  ['close', 'forceClosed', 'Admits every call of a breaker in all instances'],
  ['resume', 'resume', 'Ends an override'],
] as const) {
  const command = cli.command(`${name} <breaker>`, text).option('--note <note>', 'why, for snapshots and events')
  if (method !== 'resume') command.option('--for <ms>', 'milliseconds after which it ends by itself')
  command.action((breaker: string, flags: Flags) =>
    operate(flags, async (fleet) => {
      const { note, for: duration } = flags
      const options = {
        ...(note !== undefined && { note: String(note) }),
        ...(duration !== undefined && { for: duration }),
      }
      await fleet[method](String(breaker), options)
      await list(fleet)
    }),
  )
}
cli.help()

async function operate({ url, namespace }: Flags, action: (fleet: Fleet) => Promise<void>): Promise<void> {
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
    const fleet = await joinFleet({ client: port, namespace: String(namespace), instance, deadline: 5_000 })
    await action(fleet)
    await fleet.leave()
  } finally {
    client.destroy()
  }
}

async function list(fleet: Fleet): Promise<void> {
  const rows = (await fleet.list()).map(toRow)
  const table = [['BREAKER', 'STATE', 'OVERRIDE', 'INSTANCES', 'REASON', 'NOTE', 'BY'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
}

function toRow({ name, state, remaining, override, members, reason, note }: FleetEntry): string[] {
  const until = state === 'open' ? ` ${remaining} ms` : ''
  const end = override?.remaining ? ` ${override.remaining} ms` : ''
  const forced = override === null ? '-' : `${override.state}${end}`
  const cells = [name, state + until, forced, String(members), reason, override?.note ?? note, override?.by ?? '']
  return cells.map((cell) => printable(cell) || '-')
}

/** Names and notes come from anywhere: a terminal must not obey them. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
}

async function main(): Promise<void> {
  cli.parse(process.argv, { run: false })
  if (cli.matchedCommand) await cli.runMatchedCommand()
  else if (!cli.options['help']) {
    cli.outputHelp()
    process.exitCode = 1
  }
}

main().catch((error) => {
  console.error(`cb-fleet: ${error instanceof Error ? error.message || error.name : error}`)
  process.exitCode = 1
})
