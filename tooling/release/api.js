// Writes what each package exports into its api.md, for review and for the test.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { apiOf } from './src/api.js'
import { publishedIn } from './src/repository.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
for (const name of publishedIn(root)) writeFileSync(`${root}packages/${name}/api.md`, apiOf(root, name))
