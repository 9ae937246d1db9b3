// Writes the pages that come from the sources and the READMEs, then builds the site.
import { fileURLToPath } from 'node:url'
import { removeGenerated, writeDocumentPages } from './document-pages.js'
import { writeReferencePages } from './reference-pages.js'

process.env['ASTRO_TELEMETRY_DISABLED'] = '1'
const root = fileURLToPath(new URL('../', import.meta.url))
const content = `${root}src/content/docs`

removeGenerated(content)
writeDocumentPages(content)
await writeReferencePages(content)

const { build } = await import('astro')
await build({ root, logLevel: 'error' })
