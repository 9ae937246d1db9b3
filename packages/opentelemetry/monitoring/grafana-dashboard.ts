import type { Dashboard, GridPos, VariableModel } from '@grafana/schema'
import { datasource, panels } from './grafana-panels.ts'
import { anyState, label } from './promql.ts'

const width = 24
const height = 8
const headline = 4

/** The first panel is a headline, the others are two in a row. */
function position(index: number): GridPos {
  if (index === 0) return { x: 0, y: 0, w: width, h: headline }
  const [w, row] = [width / 2, Math.floor((index - 1) / 2)]
  return { x: index % 2 === 1 ? 0 : w, y: headline + row * height, w, h: height }
}

/** A selection of the values of a label; initially all of them. */
function choice(name: string, query: string): VariableModel {
  return {
    name,
    type: 'query',
    datasource,
    query: { query, refId: name },
    refresh: 2, // when the time range changes
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  }
}

/** The dashboard, as Grafana imports it. */
export const dashboard: Dashboard = {
  uid: 'circuit-breakers',
  title: 'Circuit breakers',
  tags: ['circuit-breaker'],
  schemaVersion: 41,
  editable: true,
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
      choice('service', `label_values(${anyState()}, job)`),
      choice('breaker', `label_values(${anyState({ job: ['$service'] })}, ${label.name})`),
      { name: 'threshold', type: 'textbox', query: '0.5', current: { text: '0.5', value: '0.5' } },
    ],
  },
  panels: panels.map((panel, index) => ({ id: index + 1, gridPos: position(index), ...panel })),
}
