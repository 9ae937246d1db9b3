import axios from 'axios'
import { describe } from 'vitest'
import { outcomeTable } from './outcome-table.ts'

describe('through the http adapter, an attempt', () => outcomeTable(axios, 'http'))

describe('through the fetch adapter, an attempt', () => outcomeTable(axios, 'fetch'))
