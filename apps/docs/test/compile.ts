import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { Snippet } from './pages.ts'

const folder = fileURLToPath(new URL('../reports/snippets/', import.meta.url))

/** As a JavaScript user has it: names, imports and options are checked, types that nobody wrote are not asked for. */
const options: ts.CompilerOptions = {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  skipLibCheck: true,
  strict: false,
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.Preserve,
  moduleDetection: ts.ModuleDetectionKind.Force,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  esModuleInterop: true,
  types: ['node', 'jest'],
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
}

/** Unknown names, options and exports. For documents of packages, whose tests run them: their other types are theirs. */
export const namesOnly: ReadonlySet<number> = new Set([2304, 2305, 2353, 2551, 2552, 2561, 2724])

/** `server.address()` is an object, if the server listens to a port. */
const tolerated = /on type 'string \| AddressInfo'/

/**
 * Compiles snippets. Those that import nothing are excerpts, of which only the syntax is checked.
 * @param codes  the only errors of TypeScript that count. Default: all.
 */
export function problemsOf(snippets: readonly Snippet[], codes?: ReadonlySet<number>): string[] {
  const files = new Map(
    snippets.map((snippet, n) => [`${folder}${n}.${snippet.language === 'ts' ? 'ts' : 'js'}`, snippet]),
  )
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path)?.code ?? readFile(path)
  host.getSourceFile = (path, ...rest) => {
    const code = files.get(path)?.code
    return code === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, code, ...rest)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return Array.from(files, ([path, { where, code }]) => {
    const file = program.getSourceFile(path)
    const isWhole = /^import |require\(/m.test(code)
    const semantic = isWhole ? program.getSemanticDiagnostics(file).filter((one) => codes?.has(one.code) ?? true) : []
    return [...program.getSyntacticDiagnostics(file), ...semantic].flatMap(({ messageText, start = 0 }) => {
      const line = code.slice(0, start).split('\n').length
      const text = ts.flattenDiagnosticMessageText(messageText, '\n')
      return tolerated.test(text) ? [] : [`${where}, line ${line} of it: ${text}`]
    })
  }).flat()
}
