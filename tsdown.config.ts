import { defineConfig } from 'tsdown'

export default defineConfig({
  cwd: process.cwd(),
  entry: 'src/index.ts',
  platform: 'neutral',
  format: ['esm', 'cjs'],
  target: 'es2022',
  dts: { sourcemap: true },
  sourcemap: true,
  logLevel: 'warn',
})
