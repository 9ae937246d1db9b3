import type { InternalAxiosRequestConfig } from 'axios'

/** The state of a config while an adapter has it. */
interface Loan {
  readonly owner: object
  /** Of another protection around this one. */
  readonly outer: Loan | undefined
  /** The config's own signal, if it has another one for the time being. */
  readonly replaced: { readonly own: PropertyDescriptor | undefined } | undefined
  isOver: boolean
}

/** A property, so that a copy of the config has it too; under a symbol, so that axios does not merge it into another request. */
const loan: unique symbol = Symbol('@cb/axios')

type Config = InternalAxiosRequestConfig & { [loan]?: Loan | undefined }

/** Whether an adapter of this owner has the config, or one of which it is a copy: one attempt is one call, however adapters delegate. */
export function isLent(config: Config, owner: object): boolean {
  const current = config[loan]
  return current?.owner === owner && !current.isOver
}

/** Marks the config, and gives it another signal, if there is one, until `restore`. */
export function lend(config: Config, owner: object, signal: AbortSignal | undefined): void {
  const replaced = signal && { own: Object.getOwnPropertyDescriptor(config, 'signal') }
  config[loan] = { owner, outer: config[loan], replaced, isOver: false }
  if (signal !== undefined) config.signal = signal
}

/** Afterwards the config has the caller's signal again, for example for a retry. */
export function restore(config: Config): void {
  const current = config[loan]
  if (current === undefined) return
  const { outer, replaced } = current
  current.isOver = true
  if (outer === undefined) Reflect.deleteProperty(config, loan)
  else config[loan] = outer
  if (replaced?.own !== undefined) Reflect.defineProperty(config, 'signal', replaced.own)
  else if (replaced !== undefined) Reflect.deleteProperty(config, 'signal')
}
