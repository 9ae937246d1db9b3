// Builds the demo without output, then runs it. Started by `pnpm demo`, which puts turbo on the path.
import { spawnSync } from 'node:child_process'

console.log('Building the demo…')
const { status, stdout, stderr, error } = spawnSync(
  'turbo',
  ['run', 'build', '--filter=@cb/demo...', '--output-logs=errors-only'],
  {
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    encoding: 'utf8',
    shell: process.platform === 'win32',
  },
)
if (status !== 0) {
  console.error(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\nThe build of the demo failed; see above.`)
  process.exit(1)
}
await import('./dist/main.js')
