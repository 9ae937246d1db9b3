import { originOf } from './origin.ts'

/** A request as `key`, `overrides`, `classify` and a fallback see it. */
export interface FetchRequest {
  /**
   * Where it goes, complete. A relative URL has the base of the page; where there is none it begins with `relative:`, as does one
   * that is not valid.
   */
  readonly url: URL
  /** In upper case. */
  readonly method: string
  /** What `fetch` was given. */
  readonly input: string | URL | Request
  readonly init: RequestInit | undefined
}

type Input = FetchRequest['input']

/** Its URL is parsed when somebody asks: that costs as much as the rest of a guarded call. */
export class GivenRequest implements FetchRequest {
  readonly method: string
  readonly input: Input
  readonly init: RequestInit | undefined
  /** The URL as it was given. */
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
    this.#url ??= resolved(this.#address)
    return this.#url
  }

  get origin(): string {
    return originOf(this.#address, () => this.url)
  }
}

/** Not `instanceof`: undici has a class of its own. */
export function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'url' in input
}

function resolved(url: string): URL {
  const { location } = globalThis as { location?: { href: string } }
  try {
    return new URL(url, location?.href ?? 'relative:/')
  } catch {
    return new URL('relative:')
  }
}
