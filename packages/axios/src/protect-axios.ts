import { typeName } from '@cb/checks'
import type { CircuitBreakerRegistry } from '@cb/core'
import { guardedCall, parseOptions, parseRequestProtection, watchOldStream } from '@cb/http-rules'
import axios, {
  type AxiosAdapter,
  AxiosError,
  type AxiosInstance,
  type AxiosStatic,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios'
import { axiosAdapter, type ProtectAxiosOptions, replaceData } from './adapter.ts'
import { isLent, lend } from './lent-config.ts'

/** A protected instance. */
export interface AxiosProtection {
  /** The breakers, by key. */
  readonly registry: CircuitBreakerRegistry
  /** Ends the protection and leaves the instance as it was. Attempts in flight still settle. */
  detach(): void
}

/**
 * The part of an axios instance that is needed here: of `axios.create()` or axios itself. Structural, because TypeScript sees
 * different types for the imported and the required axios.
 */
export interface ProtectableAxios {
  readonly defaults: object
  readonly interceptors: {
    readonly request: {
      use(onFulfilled?: undefined, onRejected?: undefined, options?: object): number
      eject(id: number): void
    }
  }
}

type AdapterConfig = InternalAxiosRequestConfig['adapter']

/** The guarding adapters, each with a function that returns whether its protection is still attached. */
const guards = new WeakMap<object, () => boolean>()
const protectedInstances = new WeakSet<object>()

/**
 * Puts circuit breakers behind an axios instance, one per origin. Each attempt that reaches the adapter is one call: after the
 * request interceptors, before the response interceptors, once for each retry. While a breaker is open its requests reject with
 * a `CircuitOpenError` and nothing is sent.
 * @throws TypeError or RangeError naming the option; an Error if the instance is already protected.
 */
export function protectAxios(axiosInstance: ProtectableAxios, options: ProtectAxiosOptions = {}): AxiosProtection {
  const instance = axiosInstance as AxiosInstance
  if (typeof instance?.interceptors?.request?.use !== 'function' || typeof instance.defaults !== 'object') {
    throw new TypeError(`instance must be an axios instance, got ${typeName(instance)}`)
  }
  const { AxiosError: errorClass = AxiosError } = instance as Partial<AxiosStatic>
  const settings = parseOptions(axiosAdapter(errorClass), options)
  const { registry } = settings
  const { defaults, interceptors } = instance
  const original = defaults.adapter
  if (protectedInstances.has(instance) || isGuard(original)) {
    throw new Error(
      'this axios instance is already protected, or was created from a protected one: call detach() of that protection first',
    )
  }

  let attached = true
  const guard = (adapter: AdapterConfig): AxiosAdapter => {
    // Not async: returning a promise from an async function costs more than the breaker.
    const guarded: AxiosAdapter = (config) => {
      try {
        const call = resolve(instance, adapter, config)
        const protection = attached && !isLent(config, settings) && parseRequestProtection(config)
        if (protection === false) return call(config)
        const lendAndCall = (signal?: AbortSignal) => {
          lend(config, settings, signal)
          watchOldStream(config.data)
          return call(config)
        }
        return guardedCall(settings, protection, config, lendAndCall, replaceData)
      } catch (error) {
        return Promise.reject(error)
      }
    }
    guards.set(guarded, () => attached)
    return guarded
  }

  const guarded = guard(original)
  defaults.adapter = guarded
  // Guards an adapter in the config of one request. The interceptor itself never runs, because `runWhen` returns false. axios calls
  // `runWhen` before any interceptor, so an adapter that an interceptor sets, as caches do, stays unguarded.
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

/** As axios does it. If the instance has its own copy of axios, that copy resolves it, so that errors are of that copy's classes. */
function resolve(instance: AxiosInstance, adapter: AdapterConfig, config: InternalAxiosRequestConfig): AxiosAdapter {
  if (typeof adapter === 'function') return adapter
  const { getAdapter: instanceGetAdapter = getAdapter } = instance as Partial<AxiosStatic>
  return instanceGetAdapter(adapter ?? axios.defaults.adapter, config)
}
