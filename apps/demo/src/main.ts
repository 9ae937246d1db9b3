#!/usr/bin/env node
import { type Arguments, defaultPort, helpText, parseArguments, UsageError } from './arguments.ts'
import { createDemo } from './demo.ts'
import { FleetDemo } from './fleet/fleet-demo.ts'
import { interruption } from './interruption.ts'
import { run } from './run.ts'

function readArguments(): Arguments {
  try {
    return parseArguments(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`demo: ${error.message}\n${helpText.split('\n', 1)[0]}`)
    process.exit(2)
  }
}

const { help, port, fleet, redis, telemetry, once } = readArguments()
if (help) console.log(helpText)
else {
  const where = { port: port ?? defaultPort, orAnyPort: port === undefined, programs: new URL('.', import.meta.url) }
  const options = { once, ...where, output: process.stdout }
  const demo =
    fleet === undefined
      ? await createDemo({ ...options, telemetry })
      : new FleetDemo({ ...options, gateways: fleet, redis })
  process.exit(await run(demo, options, interruption()))
}
