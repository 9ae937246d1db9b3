import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const folder = new URL('../src/', import.meta.url)

test.each(readdirSync(folder).filter((name) => name.endsWith('.ts')))(
  '%s uses no API that only Node.js has',
  (name) => {
    const source = readFileSync(new URL(name, folder), 'utf8')
    expect(source).not.toMatch(/from 'node:|\bprocess\.|\bBuffer\b|require\(/)
  },
)
