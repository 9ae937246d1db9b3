#!/usr/bin/env node
import { type Arguments, defaultPort, helpText, parseArguments, UsageError } from './arguments.ts'
import { runDemo } from './demo.ts'
import { interruption } from './interruption.ts'

function readArguments(): Arguments {
  try {
    return parseArguments(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`demo: ${error.message}\n${helpText.split('\n', 1)[0]}`)
    process.exit(2)
  }
}

const { help, port, ...options } = readArguments()
if (help) console.log(helpText)
else {
  const where = { port: port ?? defaultPort, orAnyPort: port === undefined, programs: new URL('.', import.meta.url) }
  process.exit(await runDemo({ ...options, ...where, output: process.stdout }, interruption()))
}
