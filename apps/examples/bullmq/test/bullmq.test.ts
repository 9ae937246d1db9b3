import { hasRedisServer, redisServer, runExample } from '@cb/test-kit'
import { expect, test } from 'vitest'

test.skipIf(!hasRedisServer())('the program prints what the README says', async () => {
  await using redis = await redisServer()
  const { printed, promised } = await runExample(new URL('..', import.meta.url), { REDIS_PORT: String(redis.port) })
  expect(printed).toBe(promised)
})
