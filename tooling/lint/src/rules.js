/** Of packages/core/src, from below: a file imports its own floor and those below it. */
export const floors = [
  'events outcome errors clock misuse causes kept-text last-failure',
  'trip/* window/* admission/* ramp open-duration',
  'circuit states/* permit call-counts settings',
  'event-queue hub snapshot',
  'circuit-breaker execute call-in-flight call-timeout caller-signal deadlines rejected-call options half-open-options',
  'registry registry-events background-probe share-state saved-state saved-memory free-circuit observe retry-budget retry-delay find-circuit-open-error',
  'index',
].map((names) => names.split(' '))

const core = 'packages/core/src/'
const adapter = /^packages\/(?:axios|fetch|express|opentelemetry|dashboard|redis)\//

/** @param {string} file */
function floorOf(file) {
  const name = file.slice(core.length).replace(/\.ts$/, '')
  return floors.findIndex((names) => names.includes(name) || names.includes(name.replace(/[^/]*$/, '*')))
}

/** @type {(file: string, target: string) => string | undefined} */
function ruleBrokenBy(file, target) {
  if (file.startsWith(core) && target.startsWith(core)) {
    const [floor, other] = [floorOf(file), floorOf(target)]
    return floor >= 0 && floor < other ? `floor ${floor} imports floor ${other}` : undefined
  }
  if (file.startsWith(core) && !target.startsWith('packages/internal/checks/')) return 'core imports only @cb/checks'
  const isTest = /^packages\/(?:internal\/)?[^/]+\/test\//.test(file)
  const own = adapter.exec(file)?.[0]
  if (own !== undefined && !isTest && adapter.test(target) && !target.startsWith(own))
    return 'an adapter imports another'
  if (!file.startsWith('packages/') || !/^(?:apps|tooling)\//.test(target)) return undefined
  return isTest && target.startsWith('tooling/test-kit/') ? undefined : 'a package imports apps or tooling'
}

/** @param {ReadonlyMap<string, readonly string[]>} imports */
function circlesIn(imports) {
  const circles = /** @type {Record<string, string>} */ ({})
  for (const start of imports.keys()) {
    const seen = new Set()
    const paths = [[start]]
    for (const path of paths) {
      for (const next of imports.get(path.at(-1) ?? '') ?? []) {
        if (next === start) circles[path.toSorted().join()] ??= `${[...path, start].join(' → ')}: a circle`
        else if (!seen.has(next)) paths.push([...path, next])
        seen.add(next)
      }
    }
  }
  return Object.values(circles)
}

/** @param {ReadonlyMap<string, readonly string[]>} imports */
export function violationsOf(imports) {
  const homeless = [...imports.keys()].filter((file) => file.startsWith(core) && floorOf(file) < 0)
  const pairs = [...imports].flatMap(([file, targets]) => targets.map((target) => ({ file, target })))
  const broken = pairs.flatMap(({ file, target }) => {
    const rule = ruleBrokenBy(file, target)
    return rule === undefined ? [] : [`${file} → ${target}: ${rule}`]
  })
  return [...homeless.map((file) => `${file}: a file without a floor`), ...broken, ...circlesIn(imports)]
}
