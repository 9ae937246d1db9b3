// Renders the data that an SDK receives as text, to compare it with the documentation. Ids are random, so spans have numbers.

const indent = (lines, by = '  ') => lines.map((line) => by + line)
const seconds = ([whole, nanos], startedAt) => Number((whole + nanos / 1e9 - startedAt / 1000).toFixed(3))
const idOf = (span) => span.spanContext().spanId
const numberIn = (spans, id) => spans.findIndex((span) => idOf(span) === id) + 1
const kinds = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const statuses = ['UNSET', 'OK', 'ERROR']

function attributeLines(attributes) {
  return Object.entries(attributes).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
}

/** Each span below its parent, in the order in which they ended. */
export function spanLines(spans, startedAt) {
  const linesOf = (span) => {
    const { name, kind, status, startTime, endTime, attributes, links } = span
    // The application's own spans use another clock: they are shown without times.
    const isOurs = span.instrumentationScope.name === '@cb/opentelemetry'
    const isTransition = isOurs && name.startsWith('circuit_breaker ')
    const at = `${seconds(startTime, startedAt)} to ${seconds(endTime, startedAt)} s`
    const linked = links.map((link) => `#${numberIn(spans, link.context.spanId)}`)
    const sameTrace = (child) => child.spanContext().traceId === span.spanContext().traceId
    const children = spans.filter((other) => other.parentSpanContext?.spanId === idOf(span) && sameTrace(other))
    const own = [
      ...(isOurs ? [`${kinds[kind]}, ${statuses[status.code]}${isTransition ? `, ${at}` : ''}`] : []),
      ...attributeLines(attributes),
      ...(linked.length > 0 ? [`linked to ${linked.join(', ')}`] : []),
    ]
    return [`#${numberIn(spans, idOf(span))} ${name}`, ...indent(own, '    '), ...indent(children.flatMap(linesOf))]
  }
  return spans.filter((span) => span.parentSpanContext === undefined).flatMap(linesOf)
}

export function recordLines(records, spans, startedAt) {
  return records.flatMap(({ eventName, severityNumber, severityText, hrTime, body, attributes, spanContext }) => [
    `${eventName}, ${severityText} ${severityNumber}, at ${seconds(hrTime, startedAt)} s: ${body}`,
    ...indent(attributeLines(attributes), '    '),
    ...indent([spanContext ? `in the context of #${numberIn(spans, spanContext.spanId)}` : 'in no context'], '    '),
  ])
}

export function metricLines(metrics) {
  const byName = [...metrics].sort((one, other) => (one.descriptor.name < other.descriptor.name ? -1 : 1))
  return byName.flatMap(({ descriptor, dataPoints }) => [
    `${descriptor.name}, ${descriptor.type}, unit ${descriptor.unit}: ${descriptor.description}`,
    ...indent(dataPoints.map(pointLine), '    '),
  ])
}

function pointLine({ attributes, value }) {
  const key = Object.entries(attributes).map(([key, value]) => `${key}=${value}`)
  return `${key.join(' ')} → ${typeof value === 'number' ? value : histogramText(value)}`
}

function histogramText({ count, sum, buckets: { boundaries, counts } }) {
  const filled = counts.flatMap((count, n) => (count === 0 ? [] : [`${count} up to ${boundaries[n] ?? 'any'}`]))
  return `${count} in sum ${sum} (${filled.join(', ')}; bounds ${boundaries.join(' ')})`
}
