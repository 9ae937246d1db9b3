import { createRequire } from 'node:module'
import { refusedOrigin } from '@cb/test-kit'
import type { AxiosInstance, AxiosStatic } from 'axios'
import imported from 'axios'
import { expect, test } from 'vitest'
import { attempt } from './attempt.ts'

const required: AxiosStatic = createRequire(import.meta.url)('axios')

async function failureOf(instance: AxiosInstance): Promise<unknown> {
  const origin = await refusedOrigin()
  return (await attempt(instance, (it) => it.get(origin))).error
}

test('a CommonJS program has another copy of axios', () => {
  expect(required).not.toBe(imported)
})

test("errors of `require('axios')` itself are of its own class", async () => {
  expect(await failureOf(required)).toBeInstanceOf(required.AxiosError)
})

test('errors of an instance of that copy are of its class once its adapter is resolved by that copy', async () => {
  const instance = required.create()
  instance.defaults.adapter = required.getAdapter(instance.defaults.adapter)
  expect(await failureOf(instance)).toBeInstanceOf(required.AxiosError)
  expect(required.isAxiosError(await failureOf(required.create()))).toBe(true)
})
