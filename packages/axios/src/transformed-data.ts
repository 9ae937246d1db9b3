import { AxiosHeaders, type AxiosResponse, type AxiosResponseHeaders, type InternalAxiosRequestConfig } from 'axios'

type Config = InternalAxiosRequestConfig & { response?: AxiosResponse }
type Functions = NonNullable<Config['transformResponse']>

/**
 * Calls `look` while `response.data` is what the caller will get: transformed as the config says, once it is read. axios then takes
 * the result instead of transforming again. Where a transformation throws, the data are read as they came: the caller gets that error
 * from axios.
 */
export function withTransformedData<T>(response: AxiosResponse, config: Config, look: () => T): T {
  const raw: unknown = response.data
  const functions = config.transformResponse
  if (functions == null) return look()
  const restore = () => Reflect.defineProperty(response, 'data', { value: raw, writable: true })
  const get = () => {
    restore() // for functions that look at `this.response`
    const data = transformOnce(config, functions, response, raw)
    Reflect.defineProperty(response, 'data', { value: data })
    return data
  }
  if (!Reflect.defineProperty(response, 'data', { get, configurable: true, enumerable: true })) return look()
  try {
    return look()
  } finally {
    restore()
  }
}

/** Transforms now, and lets axios have the same result or error when it transforms the same data with this config. */
function transformOnce(config: Config, functions: Functions, response: AxiosResponse, raw: unknown): unknown {
  let data = raw
  let end = () => data
  const isShown = Object.hasOwn(config, 'response')
  if (!isShown) Reflect.set(config, 'response', response) // as newer versions of axios do
  try {
    data = run(config, functions, raw, AxiosHeaders.from(response.headers as AxiosHeaders), response.status)
  } catch (error) {
    end = () => {
      throw error
    }
  } finally {
    if (!isShown) Reflect.deleteProperty(config, 'response')
  }
  const once = function (this: Config, value: unknown, headers: AxiosResponseHeaders, status?: number) {
    Reflect.set(this, 'transformResponse', functions)
    // A request that did not come so far, or a copy of its config, may leave this function to another response.
    const isSame = this.response === undefined || this.response === response
    return value === raw && isSame ? end() : run(this, functions, value, headers, status)
  }
  Reflect.set(config, 'transformResponse', [once])
  return data
}

function run(config: Config, functions: Functions, raw: unknown, headers: AxiosHeaders, status?: number): unknown {
  let data = raw
  for (const each of [functions].flat()) data = each.call(config, data, headers as AxiosResponseHeaders, status)
  return data
}
