import { typeName } from '@cb/checks'
import type { CircuitBreakerRegistry } from '@cb/core'
import { parseRequestProtection } from '@cb/http-rules'
import axios, {
  type AxiosAdapter,
  AxiosError,
  type AxiosInstance,
  type AxiosStatic,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import { guardedAttempt } from './guarded-attempt.ts'
import { type ProtectAxiosOptions, parseOptions } from './options.ts'

/** A protected instance. */
export interface AxiosProtection {
  /** The breakers, by key. */
  readonly registry: CircuitBreakerRegistry
  /** Ends the protection and leaves the instance as it was. Attempts in flight still settle. */
  detach(): void
}

/**
 * What is needed of an axios instance: that of `axios.create()` or axios itself, whether imported or required, of which TypeScript
 * takes the types for different ones.
 */
export interface ProtectableAxios {
  readonly defaults: object
  readonly interceptors: {
    readonly request: { use(onFulfilled?: null, onRejected?: null, options?: object): number; eject(id: number): void }
  }
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
export function protectAxios(axiosInstance: ProtectableAxios, options: ProtectAxiosOptions = {}): AxiosProtection {
  const instance = axiosInstance as AxiosInstance
  if (typeof instance?.interceptors?.request?.use !== 'function' || typeof instance.defaults !== 'object') {
    throw new TypeError(`instance must be an axios instance, got ${typeName(instance)}`)
  }
  const settings = parseOptions(options)
  const { registry } = settings
  const { defaults, interceptors } = instance
  const original = defaults.adapter
  if (protectedInstances.has(instance) || isGuard(original)) {
    throw new Error(
      'this axios instance is protected already, or was created from one that is: call detach() of that protection first',
    )
  }

  const { AxiosError: errorClass = AxiosError } = instance as Partial<AxiosStatic>
  const guarding = { settings, AxiosError: errorClass }
  let attached = true
  const guard = (adapter: AdapterConfig): AxiosAdapter => {
    // Not async: to pass a promise on from an async function costs more than the breaker.
    const guarded: AxiosAdapter = (config) => {
      try {
        const call = resolve(instance, adapter, config)
        const protection = attached && parseRequestProtection(config.circuitBreaker)
        if (protection === false) return call(config)
        return guardedAttempt(guarding, settings.breakerFor(config, protection.key), protection, call, config)
      } catch (error) {
        return Promise.reject(error)
      }
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
      if (config.adapter !== guarded && !isGuard(config.adapter)) config.adapter = guard(config.adapter)
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
