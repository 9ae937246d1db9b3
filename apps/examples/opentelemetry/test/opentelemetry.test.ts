import { runExample } from '@cb/test-kit'
import { expect, test } from 'vitest'

test('the program prints what the README says', async () => {
  const { printed, promised } = await runExample(new URL('..', import.meta.url))
  expect(printed).toBe(promised)
})
