import { stringify } from 'yaml'
import { alertRules } from './alerts.ts'
import { dashboard } from './grafana-dashboard.ts'

/** The generated files of the npm package, by name. */
export const shippedFiles: Readonly<Record<string, string>> = {
  'alerts.yml': `# The names of this file are those of the code that exports the metrics.\n${stringify(alertRules(), { lineWidth: 0 })}`,
  'grafana.json': json(dashboard),
}

/** With short lists on one line, which is the format of this repository. */
function json(content: object): string {
  return `${JSON.stringify(content, null, 2).replace(/\[\s+([^[\]{}]*?)\s+\]/g, '[$1]')}\n`
}
