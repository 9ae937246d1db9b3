import { mergeConfig, type ViteUserConfig } from 'vitest/config'
import base from '../../../vitest.config.ts'
import { folder } from './undici-8.ts'

/** Whatever a package's tests import from undici, they get it from the newest one. */
const config: ViteUserConfig = mergeConfig(base, { resolve: { alias: { undici: folder } } })
export default config
