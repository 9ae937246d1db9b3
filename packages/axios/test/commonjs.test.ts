import { createRequire } from 'node:module'
import { refusedOrigin } from '@cb/test-kit'
import type { AxiosInstance, AxiosStatic } from 'axios'
import imported from 'axios'
import { expect, test } from 'vitest'
import type { protectAxios as ProtectAxios } from '../src/index.ts'
import { attempt } from './attempt.ts'

const require = createRequire(import.meta.url)
const required: AxiosStatic = require('axios')
const { protectAxios }: { protectAxios: typeof ProtectAxios } = require('@cb/axios')

/** Of a request that an imported @cb/axios protects. */
async function failureOf(instance: AxiosInstance): Promise<unknown> {
  const origin = await refusedOrigin()
  return (await attempt(instance, (it) => it.get(origin))).error
}

test('require returns another copy of axios than import', () => {
  expect(required).not.toBe(imported)
})

test('a required @cb/axios leaves the errors of a required axios in its own class', async () => {
  const client = required.create()
  protectAxios(client)
  const error = await client.get(await refusedOrigin()).catch((error) => error)
  expect(error).toBeInstanceOf(required.AxiosError)
  expect(error.code).toBe('ECONNREFUSED')
})

test("errors of `require('axios')` are of its own class, also if an imported @cb/axios protects it", async () => {
  expect(await failureOf(required)).toBeInstanceOf(required.AxiosError)
})

test('errors of an instance of that copy are of its class if that copy resolves its adapter', async () => {
  const instance = required.create()
  instance.defaults.adapter = required.getAdapter(instance.defaults.adapter)
  expect(await failureOf(instance)).toBeInstanceOf(required.AxiosError)
  expect(required.isAxiosError(await failureOf(required.create()))).toBe(true)
})
