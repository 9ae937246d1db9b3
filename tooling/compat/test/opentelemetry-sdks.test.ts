import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../src/index.ts'
import { application } from './opentelemetry-sdks/install.ts'

/** Installs these packages of OpenTelemetry; names without scope, with versions. */
function openTelemetry(versions: Readonly<Record<string, string>>): Promise<string> {
  return application(
    Object.fromEntries(Object.entries(versions).map(([name, version]) => [`@opentelemetry/${name}`, version])),
  )
}

const root = new URL('../../../', import.meta.url)

const sdk2 = { 'sdk-metrics': '2.12.1', 'sdk-trace-base': '2.12.1', 'sdk-logs': '0.223.1' }
const lines = [
  {
    line: 'SDK 2.0 with API 1.9.0, the oldest',
    versions: {
      api: '1.9.0',
      'sdk-metrics': '2.0.0',
      'sdk-trace-base': '2.0.0',
      'sdk-logs': '0.203.0',
      'context-async-hooks': '2.0.0',
    },
  },
  { line: 'SDK 2.12 with API 1.9.1', versions: { api: '1.9.1', ...sdk2, 'context-async-hooks': '2.12.0' } },
  { line: 'SDK 2.12 with API 1.10', versions: { api: '1.10.0', ...sdk2, 'context-async-hooks': '2.12.0' } },
  {
    line: 'SDK 3.1 with API 1.10',
    versions: {
      api: '1.10.0',
      'sdk-metrics': '3.1.1',
      'sdk-trace': '3.1.1',
      'sdk-logs': '3.1.1',
      'context-async-hooks': '3.1.1',
    },
  },
]

test.each(lines)('everything that is emitted in one outage is the same with $line', async ({ versions }) => {
  const folder = await openTelemetry(versions)
  onTestFinished(() => rm(folder, { recursive: true }))
  const emitted = await run(process.execPath, ['outage.js'], folder)
  await expect(`${emitted}\n`).toMatchFileSnapshot('opentelemetry-sdks/outage.txt')
})

const applicationOf2 = {
  api: '1.9.1',
  'sdk-node': '0.223.0',
  'sdk-metrics': '2.12.1',
  'sdk-logs': '0.223.0',
  instrumentation: '0.223.0',
}

const applicationOf3 = {
  api: '1.10.0',
  'sdk-node': '0.301.0',
  'sdk-metrics': '3.1.0',
  'sdk-logs': '3.1.0',
  instrumentation: '0.301.0',
  'instrumentation-undici': '0.34.0',
}

test('NodeSDK of the 3.x line gets spans and log events, and a trace continues in the server behind the breaker', async () => {
  const folder = await openTelemetry(applicationOf3)
  onTestFinished(() => rm(folder, { recursive: true }))
  expect(JSON.parse(await run(process.execPath, ['node-sdk.js'], folder))).toEqual({
    spans: ['GET', 'execute bank', 'execute bank', 'circuit_breaker open'],
    events: ['circuit_breaker.transition'],
    requestIsChildOfCall: true,
    serverSawTheRequest: true,
  })
})

test.each([
  { line: '2.x', versions: applicationOf2 },
  { line: '3.x', versions: applicationOf3 },
])('the code of an application compiles against the types of the $line line', async ({ versions }) => {
  const folder = await openTelemetry(versions)
  onTestFinished(() => rm(folder, { recursive: true }))
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022']
  const types = ['--types', 'node', '--typeRoots', fileURLToPath(new URL('node_modules/@types', root))]
  const tsc = fileURLToPath(new URL('node_modules/.bin/tsc', root))
  await run(tsc, [...options, ...types, '--ignoreConfig', 'typed.ts'], folder)
})
