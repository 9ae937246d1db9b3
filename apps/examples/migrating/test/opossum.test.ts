import { methodTests } from './opossum-methods.ts'
import { optionTests } from './opossum-options.ts'
import { testRows } from './rows.ts'

testRows('opossum', { ...optionTests, ...methodTests })
