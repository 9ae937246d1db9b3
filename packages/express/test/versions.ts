import { createRequire } from 'node:module'
import type express5 from 'express'
import type { Express } from 'express'

const require = createRequire(import.meta.url)

/** One version of Express. Typed as Express 5; `types.test.ts` compiles against both majors. */
export interface Version {
  readonly name: string
  readonly version: string
  readonly express: typeof express5
}

/** The lowest and the newest of each major of the peer range. */
export const versions: readonly Version[] = ['express4-lowest', 'express4', 'express5-lowest', 'express'].map(
  (name) => {
    const { version } = require(`${name}/package.json`)
    return { name: `Express ${version}`, version, express: require(name) }
  },
)

/** An app that logs nothing for the errors that the tests cause. */
export function quietApp(express: typeof express5): Express {
  const app = express()
  app.set('env', 'test')
  return app
}
