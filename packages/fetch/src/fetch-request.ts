import { originKey } from './origin.ts'

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

type Input = FetchRequest['input']

/** Parses its URL at the first use, because that costs as much as the rest of a guarded call. */
export class LazyRequest implements FetchRequest {
  readonly method: string
  readonly input: Input
  readonly init: RequestInit | undefined
  /** The URL, not yet parsed. */
  readonly #address: string
  #url: URL | undefined

  constructor(input: Input, init: RequestInit | undefined) {
    const request = isRequest(input) ? input : undefined
    this.#address = request?.url ?? String(input)
    this.method = String(init?.method ?? request?.method ?? 'GET').toUpperCase()
    this.input = input
    this.init = init
  }

  get url(): URL {
    this.#url ??= resolve(this.#address)
    return this.#url
  }

  get originKey(): string {
    return originKey(this.#address, () => this.url)
  }
}

/** Not `instanceof`, because undici has a class of its own. */
export function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'url' in input
}

function resolve(url: string): URL {
  const { location } = globalThis as { location?: { href: string } }
  try {
    return new URL(url, location?.href ?? 'relative:/')
  } catch {
    return new URL('relative:')
  }
}
