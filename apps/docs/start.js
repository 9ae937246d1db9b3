// Builds the site and serves it. Started by `pnpm run docs`, which puts turbo on the path.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

/** Ends with a message, without a stack. @param {string} message @returns {never} */
function fail(message) {
  console.error(message)
  process.exit(1)
}

function readPort() {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2).filter((arg) => arg !== '--'),
      options: { port: { type: 'string', default: '0' } },
    })
    const port = Number(values.port)
    if (/^\d+$/.test(values.port) && port < 65_536) return port
    return fail(`--port must be an integer from 0, for any free port, to 65535, got "${values.port}"`)
  } catch (error) {
    return fail(/** @type {Error} */ (error).message)
  }
}

const port = readPort()
console.log('Building the site: about a minute the first time, nothing if it is up to date…')
const { status, stdout, stderr, error } = spawnSync(
  'turbo',
  ['run', 'build', '--filter=@cb/docs...', '--output-logs=errors-only'],
  {
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    encoding: 'utf8',
    shell: process.platform === 'win32',
  },
)
if (status !== 0)
  fail(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\nThe build of the site failed; see above.`)

const { serve } = await import('./build/serve.js')
const { url, close } = await serve(port).catch((reason) =>
  fail(reason.code === 'EADDRINUSE' ? `port ${port} is in use` : `${reason.message}`),
)
console.log(`The documentation: ${url}\nCtrl-C ends it.`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => close().then(() => process.exit()))
