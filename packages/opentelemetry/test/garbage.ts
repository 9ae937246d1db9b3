import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '@cb/test-kit'

setFlagsFromString('--expose-gc')

/** Runs the garbage collector. */
export const collectGarbage: () => void = runInNewContext('gc')

const finalized = new Set<string>()
const finalization = new FinalizationRegistry<string>((name) => finalized.add(name))

/** Lets `collected` wait for the collection of the object. */
export function trackCollection(object: object, name: string): void {
  finalization.register(object, name)
}

/** Runs the garbage collector until these objects are collected and other finalizers have run. */
export async function collected(...names: string[]): Promise<void> {
  await until(() => {
    collectGarbage()
    return names.every((name) => finalized.has(name))
  })
  await new Promise((resolve) => setImmediate(resolve))
}

/** Bytes in use after a full garbage collection. */
export async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}
