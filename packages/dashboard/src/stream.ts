import type { ServerResponse } from 'node:http'
import { Problem } from '@cb/operator-http'
import type { Feed } from './feed.ts'

const turnLength = 500
/** Proxies end a connection that is silent for a minute. */
const commentEvery = 15_000
/** Then the page opens it again, so that `authorize` is asked again. */
const longestStream = 300_000

/** One open page. */
interface Page {
  readonly response: ServerResponse
  readonly since: number
  /** It has skipped frames, so it needs everything again. */
  behind: boolean
}

/** The pages that are open, and the timer that runs while there is one. */
export class Stream {
  readonly #feed: Feed
  readonly #pages = new Set<Page>()
  #timer: NodeJS.Timeout | undefined
  #commentAt = 0
  #isClosed = false

  constructor(feed: Feed) {
    this.#feed = feed
  }

  /** @throws Problem 503 after `close`, for a page that comes back. */
  open(response: ServerResponse): void {
    if (this.#isClosed) throw new Problem(503, 'The server is about to end.')
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    })
    const page = { response, since: performance.now(), behind: false }
    if (this.#pages.size === 0) this.#start()
    this.#pages.add(page)
    response.on('close', () => this.#leave(page))
    response.write(toEvent(this.#feed.snapshot()))
  }

  #start(): void {
    this.#feed.start()
    this.#commentAt = performance.now() + commentEvery
    this.#timer = setInterval(() => this.turn(), turnLength).unref()
  }

  #leave(page: Page): void {
    if (!this.#pages.delete(page) || this.#pages.size > 0) return
    clearInterval(this.#timer)
    this.#feed.stop()
  }

  /** Sends what changed. Also called after an action, whose effect should be seen at once. */
  turn(): void {
    if (this.#pages.size === 0) return
    const now = performance.now()
    const delta = this.#feed.turn()
    const event = delta === undefined ? undefined : Buffer.from(toEvent(delta))
    const isQuiet = now >= this.#commentAt
    if (isQuiet) this.#commentAt = now + commentEvery
    for (const page of this.#pages) this.#send(page, event ?? (isQuiet ? ':\n\n' : undefined), event !== undefined, now)
  }

  #send(page: Page, text: string | Buffer | undefined, isFrame: boolean, now: number): void {
    const { response } = page
    if (response.writableEnded)
      response.destroy() // it has not read the end for a whole turn
    else if (now - page.since > longestStream) response.end()
    else if (response.writableNeedDrain) page.behind ||= isFrame
    else if (page.behind) {
      page.behind = false
      response.write(toEvent(this.#feed.snapshot()))
    } else if (text !== undefined) response.write(text)
  }

  close(): void {
    this.#isClosed = true
    for (const { response } of this.#pages) response.end()
  }
}

function toEvent(json: string): string {
  return `data:${json}\n\n`
}
