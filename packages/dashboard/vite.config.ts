import { defineConfig } from 'vite'

export default defineConfig({
  root: 'src/page',
  base: './',
  build: {
    outDir: '../../dist/page',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: 'es2022',
    reportCompressedSize: false,
    license: { fileName: 'third-party.md' },
  },
  logLevel: 'warn',
})
