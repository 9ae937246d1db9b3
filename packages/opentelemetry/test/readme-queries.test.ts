import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parser as traceQl } from '@grafana/lezer-traceql'
import { parser as promQl } from '@prometheus-io/lezer-promql'
import { expect, test } from 'vitest'
import { attribute, metric, spanName } from '../src/names.ts'

const readme = await readFile(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8')
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, query = '']) => query.trim())

/** The positions of syntax errors. */
function errors(parser: { parse(text: string): ReturnType<typeof promQl.parse> }, query: string): number[] {
  const positions: number[] = []
  parser.parse(query).iterate({ enter: ({ type, from }) => void (type.isError && positions.push(from)) })
  return positions
}

const underscored = (name: string) => name.replaceAll('.', '_')
const attributes = Object.values(attribute)

test('a query with a syntax error is found', () => {
  expect(errors(promQl, 'sum by (a (x)')).not.toEqual([])
  expect(errors(traceQl, '{ name = }')).not.toEqual([])
})

test.each(blocks('promql'))('this PromQL is valid and uses existing names: %s', (query) => {
  expect(errors(promQl, query)).toEqual([])
  const known = [...attributes, ...Object.values(metric).map(({ name }) => name)].map(underscored)
  const used = [...query.matchAll(/\bcircuit_breaker\w*/g)].map(([name]) => name.replace(/_total$|_count$/, ''))
  expect(used).not.toEqual([])
  expect(known).toEqual(expect.arrayContaining(used))
})

test.each(blocks('traceql'))('this TraceQL is valid and uses existing names: %s', (query) => {
  expect(errors(traceQl, query)).toEqual([])
  const used = [...query.matchAll(/span\.([\w.]+)/g)].map(([, name]) => name)
  expect(attributes).toEqual(expect.arrayContaining(used))
  const names = [...query.matchAll(/name =~? "([^"]+)"/g)].map(([, pattern = '']) => new RegExp(`^${pattern}$`))
  for (const pattern of names.filter(({ source }) => source.includes('circuit_breaker '))) {
    expect(Object.values(spanName).some((name) => pattern.test(name))).toBe(true)
  }
})
