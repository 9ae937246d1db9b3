import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { defineConfig } from 'tsdown'

export default defineConfig({
  cwd: process.cwd(),
  entry: 'src/index.ts',
  platform: 'neutral',
  format: ['esm', 'cjs'],
  target: 'es2022',
  // Maps of declarations would lead to sources that are not packed; those of code have their sources in them.
  dts: { sourcemap: false },
  sourcemap: true,
  hooks: { 'build:done': ({ options }) => forgetMaps(options.outDir) },
  logLevel: 'warn',
})

/** tsdown names a map in each declaration, also where it writes none. */
function forgetMaps(folder: string): void {
  for (const name of readdirSync(folder).filter((name) => /\.d\.c?ts$/.test(name))) {
    const text = readFileSync(`${folder}/${name}`, 'utf8')
    writeFileSync(`${folder}/${name}`, text.replace(/\n\/\/# sourceMappingURL=.*\n*$/, '\n'))
  }
}
