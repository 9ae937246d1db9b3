import axios from 'axios'
import { attachmentSuite } from './attachment-suite.ts'
import { protectionSuite } from './protection-suite.ts'

protectionSuite(axios)

attachmentSuite(axios)
