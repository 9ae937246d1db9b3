import { createRequire } from 'node:module'
import express5, { type Express } from 'express'
import express4 from 'express4'

const require = createRequire(import.meta.url)

/** Each major as the tests see it. Typed as Express 5: `types.test.ts` compiles against both. */
export interface Version {
  readonly name: string
  readonly express: typeof express5
}

export const versions: readonly Version[] = [
  { name: `Express ${require('express4/package.json').version}`, express: express4 as unknown as typeof express5 },
  { name: `Express ${require('express/package.json').version}`, express: express5 },
]

/** An app that logs nothing for the errors that the tests cause. */
export function quietApp(express: typeof express5): Express {
  const app = express()
  app.set('env', 'test')
  return app
}
