import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { apiOf } from '../src/api.js'
import { publishedIn } from '../src/repository.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))

test.each(publishedIn(root))('@cb/%s exports what its api.md says; `npx -y pnpm api` writes it', (name) => {
  expect(apiOf(root, name)).toBe(readFileSync(`${root}packages/${name}/api.md`, 'utf8'))
})
