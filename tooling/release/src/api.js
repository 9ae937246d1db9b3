import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'

const printer = ts.createPrinter({ removeComments: true })

/**
 * What a package exports: its built declarations, without comments.
 * @param {string} root
 * @param {string} name  of the folder of the package.
 */
export function apiOf(root, name) {
  const dist = `${root}packages/${name}/dist/`
  const files = readdirSync(dist).filter((file) => file.endsWith('.d.ts'))
  const blocks = files.map((file) => {
    const source = ts.createSourceFile(file, readFileSync(dist + file, 'utf8'), ts.ScriptTarget.Latest)
    return `## ${file}\n\n\`\`\`ts\n${printer.printFile(source)}\`\`\`\n`
  })
  const text = `# The API of @cb/${name}\n\nWritten by \`npx -y pnpm api\`. A change here is a change for users.\n\n${blocks.join('\n')}`
  // The name of a file that two entries share has a hash of its content.
  return text.replace(/-[\w-]{8}(?=\.d\.ts|\.js)/g, '')
}
