// Publishes the packages whose version is new. It changes files of this clone, which a job throws away afterwards.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fieldsOf, pageOf, publishedIn, withRepositoryLinks } from './src/repository.js'

process.chdir(fileURLToPath(new URL('../../', import.meta.url)))

const page = pageOf(execFileSync('git', ['remote', 'get-url', 'origin'], { encoding: 'utf8' }).trim())
for (const name of publishedIn('')) {
  const folder = `packages/${name}`
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const changed = { ...manifest, ...fieldsOf(page, folder) }
  writeFileSync(`${folder}/package.json`, `${JSON.stringify(changed, null, 2)}\n`)
  for (const file of readdirSync(folder).filter((file) => file.endsWith('.md'))) {
    const text = readFileSync(`${folder}/${file}`, 'utf8')
    writeFileSync(`${folder}/${file}`, withRepositoryLinks(text, folder, page, manifest.files))
  }
}
if (!process.argv.includes('--prepare')) execFileSync('changeset', ['publish'], { stdio: 'inherit', shell: true })
