import { defineConfig } from 'tsdown'
import shared from '../../tsdown.config.ts'

// `dist/page` is there before: it is built into the package.
export default defineConfig({ ...shared, platform: 'node', fixedExtension: false, clean: ['dist/index.*'] })
