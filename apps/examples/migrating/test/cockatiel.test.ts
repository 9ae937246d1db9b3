import { methodTests } from './cockatiel-methods.ts'
import { policyTests } from './cockatiel-policies.ts'
import { testRows } from './rows.ts'

testRows('cockatiel', { ...policyTests, ...methodTests })
