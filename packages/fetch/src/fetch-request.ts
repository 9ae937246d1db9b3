import { originKey, resolveUrl } from '@cb/http-rules'

/** A request as `key`, `overrides`, `classify` and a fallback see it. */
export interface FetchRequest {
  /**
   * The absolute URL. The base of a relative URL is the page; without a page it begins with `relative:`, as does an invalid URL.
   */
  readonly url: URL
  /** In upper case. */
  readonly method: string
  /** The arguments of `fetch`. */
  readonly input: string | URL | Request
  readonly init: RequestInit | undefined
}

/** Parses its URL at the first use, because that costs as much as the rest of a guarded call. */
export class LazyRequest implements FetchRequest {
  readonly method: string
  readonly input: FetchRequest['input']
  readonly init: RequestInit | undefined
  /** The input, if it is a Request. Not by `instanceof`, because undici has a class of its own. */
  readonly request: Request | undefined
  /** The URL, not yet parsed. */
  readonly address: string
  #url: URL | undefined

  constructor(input: FetchRequest['input'], init: RequestInit | undefined) {
    this.request = typeof input === 'object' && input !== null && 'url' in input ? input : undefined
    this.address = this.request?.url ?? String(input)
    this.method = String(init?.method ?? this.request?.method ?? 'GET').toUpperCase()
    this.input = input
    this.init = init
  }

  get url(): URL {
    this.#url ??= resolveUrl(this.address)
    return this.#url
  }

  get originKey(): string {
    return originKey(this.address)
  }

  /** The caller's signal. */
  get signal(): AbortSignal | null | undefined {
    return this.init?.signal === undefined ? this.request?.signal : this.init.signal
  }

  get body(): unknown {
    return this.init?.body ?? this.request?.body
  }

  /**
   * The `init` with changes. It repeats the referrer, because by the standard a Request that is fetched with an `init` loses its own.
   * Its other properties are read from the caller's object, which may have inherited them, or may even be a Request.
   */
  initWith(changes: RequestInit): RequestInit {
    const { init } = this
    if (init === undefined || init === null) {
      const { referrer, referrerPolicy } = this.request ?? {}
      return { ...(referrer && { referrer }), ...(referrerPolicy && { referrerPolicy }), ...changes }
    }
    if (typeof init !== 'object') return init // `fetch` rejects it
    const changed = Object.getOwnPropertyDescriptors(changes)
    const copy = Object.create(Object.getPrototypeOf(init), { ...Object.getOwnPropertyDescriptors(init), ...changed })
    return new Proxy(copy, { get: (_, name) => Reflect.get(Object.hasOwn(changes, name) ? changes : init, name) })
  }
}
