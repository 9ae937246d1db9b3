import { runExample } from '@cb/test-kit'
import { expect, test } from 'vitest'

test('it prints what its README says', async () => {
  const { stdout, stderr, promised } = await runExample(new URL('..', import.meta.url))
  expect(stdout).toBe(promised)
  expect(stderr).toBe('')
})
