import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { versions } from './versions.ts'

test('the tested versions are the lowest and the newest of each major of the peer range', () => {
  const [lowest4, newest4, lowest5, newest5] = versions.map(({ version }) => version)
  expect(manifest.peerDependencies.express).toBe(`^${lowest4} || ^${lowest5}`)
  expect([newest4, newest5]).toEqual([expect.stringMatching(/^4\.2\d\./), expect.stringMatching(/^5\.[^0]/)])
})
