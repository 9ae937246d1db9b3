import { binWidth } from './measurement.js'

/** @typedef {import('./play.js').Play} Play */
/** @typedef {import('./play.js').Row} Row */
/** @typedef {import('./measurement.js').Bin} Bin */

const width = 800
const plot = { left: 64, width: 716, top: 88, height: 64, pitch: 96 }
/** Calls per second. */
const most = 250

/** With a background of its own, for light and dark pages. */
const style = `
text{font:13px system-ui,sans-serif;fill:#222}
.title{font-size:17px;font-weight:600}.policy{font:13px ui-monospace,monospace}.number{font-size:11px;fill:#555}
.card{fill:#fff;stroke:#ccc}.grid{stroke:#000;stroke-opacity:.15}
.answered{fill:#3d7ab8}.failed{fill:#e0533d}.rejected{fill:#d5d5d5}.fault{fill:#222}
@media(prefers-color-scheme:dark){text{fill:#eee}.number{fill:#aaa}.card{fill:#16191d;stroke:#444}
.grid{stroke:#fff}.answered{fill:#5b9bd8}.failed{fill:#f0705a}.rejected{fill:#5a616a}.fault{fill:#eee}}`

/** The results of the calls of each second, one panel for each policy, stacked. @param {Play} play */
export function svg({ scenario, rows }) {
  const height = plot.top + rows.length * plot.pitch + 14
  const x = (/** @type {number} */ time) => round(plot.left + (plot.width * time) / scenario.length)
  const axis = plot.top + (rows.length - 1) * plot.pitch + plot.height
  const panels = rows.map((row, n) => panel(scenario, row, plot.top + n * plot.pitch, x))
  const middle = round((plot.top + axis) / 2)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(scenario.title)}: calls per second behind each policy</title><style>${style}</style>`,
    `<rect class="card" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="6"/>`,
    `<text class="title" x="${plot.left}" y="28">${escaped(scenario.title)}</text>`,
    legend(),
    ...panels,
    ...timeTicks(scenario.length, x, axis),
    `<text x="${plot.left + plot.width / 2}" y="${axis + 36}" text-anchor="middle">time, seconds</text>`,
    `<text transform="rotate(-90 18 ${middle})" x="18" y="${middle}" text-anchor="middle">calls begun per second</text>`,
    '</svg>\n',
  ].join('\n')
}

function legend() {
  const entries = [
    ['answered', 'answered', 84],
    ['failed', 'admitted and failed', 160],
    ['rejected', 'rejected by the breaker', 168],
    ['fault', 'the fault', 0],
  ]
  let left = plot.left
  return entries
    .map(([name, label, space]) => {
      const flat = name === 'fault'
      const entry = `<rect class="${name}" x="${left}" y="${flat ? 46 : 42}" width="12" height="${flat ? 4 : 12}"/><text x="${left + 18}" y="53">${label}</text>`
      left += 18 + Number(space)
      return entry
    })
    .join('')
}

/** @param {Play['scenario']} scenario @param {Row} row @param {number} top @param {(time: number) => number} x */
function panel(scenario, row, top, x) {
  const y = (/** @type {number} */ calls) => round(top + plot.height * (1 - calls / most))
  const { bins } = typical(row)
  const scale = `translate(${plot.left} ${top + plot.height})scale(${(plot.width * binWidth) / scenario.length} ${-plot.height / most})`
  const faults = scenario.faults.map(
    ({ from, to }) =>
      `<rect class="fault" x="${x(from)}" y="${top - 3}" width="${round(x(to) - x(from))}" height="4"/>`,
  )
  const ticks = [0, 100, 200].map(
    (calls) =>
      `<path class="grid" d="M${plot.left} ${y(calls)}h${plot.width}"/><text class="number" x="${plot.left - 6}" y="${y(calls) + 4}" text-anchor="end">${calls}</text>`,
  )
  return [
    `<text class="policy" x="${plot.left}" y="${top - 9}">${escaped(row.policy.name)}</text>`,
    area('rejected', bins, ({ answered, failed, rejected }) => answered + failed + rejected, scale),
    area('failed', bins, ({ answered, failed }) => answered + failed, scale),
    area('answered', bins, ({ answered }) => answered, scale),
    ...ticks,
    ...faults,
  ].join('\n')
}

/** The run whose recovery is the median one. @param {Row} row */
export function typical({ results }) {
  const end = (/** @type {Row['results'][number]} */ { recoveries }) =>
    Math.min(Number.MAX_SAFE_INTEGER, recoveries.at(-1) ?? 0)
  const result = results.toSorted((a, b) => end(a) - end(b))[results.length >> 1]
  if (result === undefined) throw new Error('nothing was played')
  return result
}

/**
 * Steps, in units of bins and calls, which keeps the path short.
 * @param {string} name @param {readonly Bin[]} bins @param {(bin: Bin) => number} height @param {string} scale
 */
function area(name, bins, height, scale) {
  const heights = bins.map(height)
  const steps = heights.map((calls, n) => `v${calls - (heights[n - 1] ?? 0)}h1`)
  return `<path class="${name}" transform="${scale}" d="M0 0${steps.join('')}V0Z"/>`
}

/** @param {number} length @param {(time: number) => number} x @param {number} axis */
function timeTicks(length, x, axis) {
  const seconds = Array.from({ length: Math.floor(length / 10_000) + 1 }, (_, n) => n * 10)
  return seconds.map(
    (second) => `<text class="number" x="${x(second * 1_000)}" y="${axis + 17}" text-anchor="middle">${second}</text>`,
  )
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
