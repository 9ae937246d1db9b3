import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The public packages, in the order of the site. */
export const packages = ['core', 'fetch', 'axios', 'express', 'opentelemetry', 'redis', 'dashboard']

/** Documents of the repository that become pages: the path of the file, and that of its page. */
export function documents() {
  const examples = readdirSync(join(root, 'apps/examples')).filter((name) =>
    existsSync(join(root, 'apps/examples', name, 'README.md')),
  )
  return new Map([
    ...packages.map((name) => entry(`packages/${name}/README.md`, `packages/${name}`)),
    ...examples.map((name) => entry(`apps/examples/${name}/README.md`, `recipes/${name}`)),
    entry('packages/core/CORRECTNESS.md', 'project/promises'),
    entry('packages/core/DECISIONS.md', 'project/decisions'),
    entry('packages/core/MIGRATING.md', 'project/migrating'),
    entry('packages/opentelemetry/RUNBOOK.md', 'project/runbook'),
    entry('tooling/simulations/README.md', 'project/simulations'),
    entry('tooling/head-to-head/README.md', 'project/head-to-head'),
    entry('tooling/bench/README.md', 'project/bench'),
  ])
}

/** @param {string} file @param {string} page @returns {[string, string]} */
function entry(file, page) {
  return [file, page]
}
