import type { ViteUserConfig } from 'vitest/config'
import { folder } from './undici-8.ts'

/** Whatever a package's tests import from undici, they get it from the newest one. */
const config: ViteUserConfig = { resolve: { alias: { undici: folder } } }
export default config
