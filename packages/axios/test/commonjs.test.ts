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

test('require returns another copy of axios than import', () => {
  expect(required).not.toBe(imported)
})

test("errors of a protected `require('axios')` are of its own class", async () => {
  expect(await failureOf(required)).toBeInstanceOf(required.AxiosError)
})

test('errors of an instance of that copy are of its class if that copy resolves its adapter', async () => {
  const instance = required.create()
  instance.defaults.adapter = required.getAdapter(instance.defaults.adapter)
  expect(await failureOf(instance)).toBeInstanceOf(required.AxiosError)
  expect(required.isAxiosError(await failureOf(required.create()))).toBe(true)
})
