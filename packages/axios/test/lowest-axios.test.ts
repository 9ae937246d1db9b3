import axios from 'axios'
import { describe, expect, test, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { attachmentSuite } from './attachment-suite.ts'
import { callTimeoutSuite } from './call-timeout-suite.ts'
import { outcomeTable } from './outcome-table.ts'
import { protectionSuite } from './protection-suite.ts'
import { streamLimitSuite } from './stream-limit-suite.ts'
import { streamSuite } from './stream-suite.ts'

vi.mock('axios', () => import('axios-lowest' as 'axios'))

test('the axios under test is the lowest of the peer range', () => {
  expect(manifest.peerDependencies.axios).toBe(`^${axios.VERSION}`)
})

describe('through the lowest axios, an attempt', () => outcomeTable(axios, 'http'))

describe('with the lowest axios', () => {
  protectionSuite(axios)
  attachmentSuite(axios)
  streamSuite(axios, 'http')
  streamLimitSuite(axios, 'http')
  callTimeoutSuite(axios, 'http')
})
