import { defineConfig } from 'tsdown'

export default defineConfig({
  cwd: process.cwd(),
  entry: 'src/index.ts',
  platform: 'neutral',
  target: 'es2022',
  dts: { sourcemap: true },
  sourcemap: true,
  logLevel: 'warn',
})
