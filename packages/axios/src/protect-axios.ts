import { kind } from '@cb/checks'
import type { CircuitBreakerRegistry } from '@cb/core'
import axios, {
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosStatic,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import { guardedAttempt } from './guarded-attempt.ts'
import { type ProtectAxiosOptions, parseOptions } from './options.ts'
import { protectionOf } from './request-protection.ts'

/** A protected instance. */
export interface AxiosProtection {
  /** The breakers, by key. */
  readonly registry: CircuitBreakerRegistry
  /** Ends the protection and leaves the instance as it was. Attempts in flight still settle. */
  detach(): void
}

type AdapterConfig = InternalAxiosRequestConfig['adapter']

/** The adapters that guard, each with whether its protection is still attached. */
const guards = new WeakMap<object, () => boolean>()
const protectedInstances = new WeakSet<object>()

/**
 * Puts circuit breakers behind an axios instance, one per origin. Each attempt that reaches the adapter is one call: after the
 * request interceptors, before the response interceptors, once for each retry. While a breaker is open its requests reject with
 * a `CircuitOpenError` and nothing is sent.
 * @throws TypeError or RangeError naming the option; an Error if the instance is protected already.
 */
export function protectAxios(instance: AxiosInstance, options: ProtectAxiosOptions = {}): AxiosProtection {
  if (typeof instance?.interceptors?.request?.use !== 'function' || typeof instance.defaults !== 'object') {
    throw new TypeError(`instance must be an axios instance, got ${kind(instance)}`)
  }
  const { registry, classify, breakerFor } = parseOptions(options)
  const { defaults, interceptors } = instance
  const original = defaults.adapter
  if (protectedInstances.has(instance) || isGuard(original)) {
    throw new Error(
      'this axios instance is protected already, or was created from one that is: call detach() of that protection first',
    )
  }

  let attached = true
  const guard = (adapter: AdapterConfig): AxiosAdapter => {
    const guarded: AxiosAdapter = async (config) => {
      const call = resolve(instance, adapter, config)
      const protection = attached && protectionOf(config)
      if (protection === false) return call(config)
      return guardedAttempt(breakerFor(config, protection.key), call, config, classify, protection.fallback)
    }
    guards.set(guarded, () => attached)
    return guarded
  }

  const guarded = guard(original)
  defaults.adapter = guarded
  // Guards the adapter that a request brings along. Never an interceptor: `runWhen` is asked while axios puts the request
  // together, before any interceptor runs, and says no. So an adapter that an interceptor sets, as caches do, is left alone.
  const hook = interceptors.request.use(null, null, {
    runWhen(config) {
      if (!isGuard(config.adapter)) config.adapter = guard(config.adapter)
      return false
    },
  })
  protectedInstances.add(instance)

  return {
    registry,
    detach() {
      if (!attached) return
      attached = false
      if (defaults.adapter === guarded) defaults.adapter = original as NonNullable<AdapterConfig>
      interceptors.request.eject(hook)
      protectedInstances.delete(instance)
    },
  }
}

function isGuard(adapter: AdapterConfig): boolean {
  return typeof adapter === 'function' && guards.get(adapter)?.() === true
}

/** As axios itself would, with the instance's own copy of axios where it can be asked: its errors are of that copy's classes. */
function resolve(instance: AxiosInstance, adapter: AdapterConfig, config: InternalAxiosRequestConfig): AxiosAdapter {
  if (typeof adapter === 'function') return adapter
  const { getAdapter: own = getAdapter } = instance as Partial<AxiosStatic>
  return own(adapter ?? axios.defaults.adapter, config)
}
