import axios from 'axios'
import { describe } from 'vitest'
import { idleTimeoutSuite } from './idle-timeout-suite.ts'
import { streamLimitSuite } from './stream-limit-suite.ts'
import { streamSuite } from './stream-suite.ts'

describe.each(['http', 'fetch'] as const)('through the %s adapter,', (adapter) => {
  streamSuite(axios, adapter)
  streamLimitSuite(axios, adapter)
  idleTimeoutSuite(axios, adapter)
})
