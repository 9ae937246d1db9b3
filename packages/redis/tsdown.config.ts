import { defineConfig } from 'tsdown'
import shared from '../../tsdown.config.ts'

export default defineConfig({
  ...shared,
  entry: ['src/index.ts', 'src/step.ts', 'src/testing.ts', 'src/cb-fleet.ts'],
  platform: 'node',
  fixedExtension: false,
})
