import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '@cb/test-kit'

setFlagsFromString('--expose-gc')

/** Runs the garbage collector. */
export const collectGarbage: () => void = runInNewContext('gc')

const finalized = new Set<string>()
const finalization = new FinalizationRegistry<string>((name) => finalized.add(name))

/** From now on `gone` can wait for it. */
export function watchForEnd(object: object, name: string): void {
  finalization.register(object, name)
}

/** Waits for the garbage collector, which it calls, and until all who asked for it know. */
export async function gone(...names: string[]): Promise<void> {
  await until(() => {
    collectGarbage()
    return names.every((name) => finalized.has(name))
  })
  await new Promise((resolve) => setImmediate(resolve))
}

/** Bytes in use, once everything that can go is gone. */
export async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}
