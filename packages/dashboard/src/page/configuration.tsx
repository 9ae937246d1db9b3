import type { JSX } from 'preact'
import { milliseconds, shown } from './words.ts'

/** The names of options that are milliseconds. */
const durations =
  /^(?:ms|duration|initial|max|maxRetryAfter|callTimeout|probeTimeout|slowAfter|maxDuration|lumpWithin)$/

/** The effective configuration, as core tells it. */
export function Configuration({ config }: { config: Readonly<Record<string, unknown>> }): JSX.Element {
  return (
    <section aria-labelledby="configuration">
      <h3 id="configuration">Effective configuration</h3>
      <dl class="config">
        {linesOf(config).map(([path, value]) => (
          <div key={path}>
            <dt>{shown(path)}</dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** Each value with its path, such as `halfOpen.maxConcurrent`. */
function linesOf(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => {
      const isIndex = Array.isArray(value)
      return linesOf(inner, isIndex ? `${path} ${Number(key) + 1}` : path === '' ? key : `${path}.${key}`)
    })
  }
  const option = path.slice(path.lastIndexOf('.') + 1)
  if (typeof value === 'number' && durations.test(option)) return [[path, milliseconds(value)]]
  return [[path, value === null || value === undefined ? 'none' : String(value)]]
}
