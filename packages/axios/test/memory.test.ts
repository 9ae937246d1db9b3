import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import axios, { type AxiosRequestConfig } from 'axios'
import { expect, test } from 'vitest'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** In bytes, after a full garbage collection. */
async function heap(): Promise<number> {
  for (let n = 0; n < 4; n++) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    collect()
  }
  return process.memoryUsage().heapUsed
}

const long = 'x'.repeat(1e6)

test.each<[string, (n: number) => AxiosRequestConfig, ProtectAxiosOptions]>([
  ['URLs', (n) => ({ url: `http://service-number-${n}.example/${long}` }), {}],
  ['base URLs', (n) => ({ baseURL: `http://service-number-${n}.example/${long}`, url: '/users' }), {}],
  ['socket paths', (n) => ({ socketPath: `/run/${n}${long}` }), {}],
  [
    'URLs, by a key function,',
    (n) => ({ url: `http://tenant-${n}/${long}` }),
    { key: ({ url }) => `${url?.slice(0, 20)}` },
  ],
])('200 breakers of %s of a megabyte keep nothing of them but their names', async (_what, config, options) => {
  const instance = axios.create({
    adapter: async (seen) => ({ config: seen, status: 200, statusText: '', headers: {}, data: '' }),
  })
  const { registry } = protectAxios(instance, options)
  await instance.request(config(1_000))
  const before = await heap()
  for (let n = 1; n <= 200; n++) await instance.request(config(1_000 + n))
  expect((await heap()) - before).toBeLessThan(20e6)
  expect(registry.size).toBe(201)
})
