import { hasRedisServer, redisServer, runExample } from '@cb/test-kit'
import { expect, test } from 'vitest'

test.runIf(hasRedisServer())('it prints what its README says', async () => {
  await using redis = await redisServer()
  const { stdout, stderr, promised } = await runExample(new URL('..', import.meta.url), { REDIS_URL: redis.url })
  expect(stdout).toBe(promised)
  expect(stderr).toBe('')
})
