import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'

/** A file that does not exist, in this folder, so that its imports are resolved from here. */
const entry = fileURLToPath(new URL('./program.js', import.meta.url))

const external = [...builtinModules, 'node:*']

/** The code of a program with all that it imports, without the modules of Node. @type {Record<string, (program: string, minify: boolean) => Promise<string>>} */
export const bundlers = {
  async esbuild(program, minify) {
    const { build } = await import('esbuild')
    const { outputFiles } = await build({
      stdin: { contents: program, sourcefile: entry, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      external,
      minify,
    })
    return outputFiles.map(({ text }) => text).join('')
  },
  async rolldown(program, minify) {
    const { build } = await import('rolldown')
    const { output } = await build({
      input: entry,
      write: false,
      logLevel: 'silent',
      platform: 'browser',
      external: [/^node:/, ...builtinModules],
      output: { minify },
      plugins: [
        {
          name: 'program',
          resolveId: (id) => (id === entry ? entry : undefined),
          load: (id) => (id === entry ? program : undefined),
        },
      ],
    })
    return output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('')
  },
}

/** Bytes of a program when bundled, minified and compressed. @param {string} program @param {string} bundler */
export async function bundleSize(program, bundler) {
  const code = await /** @type {typeof bundlers[string]} */ (bundlers[bundler])(program, true)
  return { brotli: (await promisify(brotliCompress)(code)).length, minified: Buffer.byteLength(code) }
}
