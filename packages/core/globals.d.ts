// The only globals that @cb/core may use: those of every JavaScript runtime. Anything else fails `pnpm turbo run types`.

interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
  onabort: ((event: unknown) => unknown) | null
  throwIfAborted(): void
  addEventListener(
    type: 'abort',
    listener: (event: unknown) => unknown,
    options?: { once?: boolean; signal?: AbortSignal },
  ): void
  removeEventListener(type: 'abort', listener: (event: unknown) => unknown): void
}

declare var AbortSignal: {
  any(signals: Iterable<AbortSignal>): AbortSignal
  timeout(ms: number): AbortSignal
}

declare class AbortController {
  readonly signal: AbortSignal
  abort(reason?: unknown): void
}

declare var performance: { now(): number }
declare var console: Record<'debug' | 'error' | 'info' | 'log' | 'warn', (...data: unknown[]) => void>
declare function setTimeout(callback: () => void, ms: number): unknown
declare function clearTimeout(timer: unknown): void
declare function queueMicrotask(callback: () => void): void
declare function reportError(error: unknown): void
