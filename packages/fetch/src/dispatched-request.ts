import { cutKey, originKey, resolveUrl, type Signal } from '@cb/http-rules'

/** The part of an undici controller that is used here. */
export interface DispatchController {
  readonly aborted: boolean
  readonly paused?: boolean
  abort(reason: Error): void
}

/** Response headers, names in lower case. */
export type DispatchHeaders = Readonly<Record<string, string | string[] | undefined>>

/** What is known of a response when its headers have arrived. */
export interface DispatchResponse {
  readonly status: number
  readonly headers: DispatchHeaders
}

/** A request as `key`, `overrides` and `classify` of the interceptor see it. */
export interface DispatchRequest {
  /** It begins with `relative:` where the origin is not one of a URL. */
  readonly url: URL
  readonly method: string
  /** The options of the dispatch. */
  readonly options: object
}

/** The part of the options of a dispatch that is used here. */
export interface DispatchOptions {
  readonly origin?: string | URL
  readonly path: string
  readonly method: string
  readonly signal?: Signal | null
  readonly body?: unknown
}

export class DispatchedRequest implements DispatchRequest {
  readonly method: string
  readonly options: DispatchOptions
  /** Once there is a connection. */
  controller: DispatchController | undefined

  constructor(options: DispatchOptions) {
    this.method = options.method
    this.options = options
  }

  /** The path is added to the origin, not resolved against it: by that rule the path `//users` would be a host. */
  get url(): URL {
    const { path } = this.options
    return resolveUrl(path.startsWith('/') ? this.#origin + path : path)
  }

  /** A name such as `localhost` where the dispatcher is a `Client`, which does not look at it. */
  get originKey(): string {
    return /^[\w.-]+(:\d+)?$/.test(this.#origin) ? cutKey(this.#origin) : originKey(this.#origin)
  }

  get #origin(): string {
    const { origin } = this.options
    return typeof origin === 'string' ? origin.replace(/\/$/, '') : (origin?.origin ?? '')
  }

  /** The caller ended it, not the network. */
  get aborted(): boolean {
    return this.controller?.aborted === true
  }
}
