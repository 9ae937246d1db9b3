import { setImmediate as turnOfLoop } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { CircuitBreakerRegistry } from '@cb/core'
import { listen } from '@cb/test-kit'
import type { CDPSession, Page } from 'playwright-core'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { dashboard, type FleetBreaker } from '../src/index.ts'
import { openPage, useBrowser } from './browser.ts'
import { open } from './client.ts'
import { settle } from './opened.ts'

afterEach(() => void vi.useRealTimers())

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')

const hour = 3_600_000

/** In an hour: the engine goes on compiling for long. To keep one number of each update and breaker would take twice as much. */
const allowed = 600_000

/** A service of twenty breakers with traffic, outages, overrides, tenants that come and go, and a fleet. */
async function serve() {
  let step = 0
  const registry = new CircuitBreakerRegistry({ defaults: { openDuration: 20_000 } })
  const get = (n: number) => registry.get(`breaker ${n}`)
  const list = async () =>
    Array.from({ length: 20 }, (_, n): FleetBreaker => {
      const rest = {
        attempt: 1,
        note: '',
        by: '',
        reason: 'tripped',
        remaining: 20_000,
        members: (step % 5) + 1,
        override: null,
      }
      return { name: n < 18 ? `breaker ${n}` : `other ${step + n}`, state: step % 7 === n ? 'open' : 'closed', ...rest }
    })
  const fleet = { list, forceOpen: vi.fn(), forceClosed: vi.fn(), resume: vi.fn() }
  const handler = dashboard({ registry, fleet })
  const server = await listen((request, response) => handler(request, response))
  onTestFinished(async () => {
    handler.close()
    await server.close()
  })
  for (let n = 0; n < 20; n++) get(n)
  return {
    server,
    /** What happens in one step of the time. */
    live() {
      step++
      for (let n = 0; n < 20; n++) {
        const permit = get(n).tryAcquire()
        if (permit.admitted) permit.success()
      }
      if (step % 10 === 0) settle(registry.get(`tenant ${step}`), 0, 10)
      if (step % 10 === 9) registry.delete(`tenant ${step - 9}`)
      if (step % 30 === 0) get(1).forceOpen(`step ${step}`)
      if (step % 30 === 5) get(1).reset()
      if (step % 50 === 0 && get(2).state === 'closed') settle(get(2), 0, 10)
    },
    get,
  }
}

test('two hours of updates leave the heap of the server as it was', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance', 'Date'] })
  const { server, live } = await serve()
  /** Every stream ends after five minutes; with two of them the server follows all the time. */
  let streams = 0
  const look = async () => {
    streams++
    const response = await open(server, 'GET', '/stream')
    response.resume().on('close', () => streams--)
  }
  const passHour = async () => {
    for (let at = 0; at < hour; at += 500) {
      if (streams === 0 || (streams === 1 && at % 150_000 === 0)) await look()
      live()
      vi.advanceTimersByTime(500)
      await turnOfLoop()
    }
    gc()
    await turnOfLoop()
    gc()
    return process.memoryUsage().heapUsed
  }
  const afterOne = await passHour()
  const afterTwo = await passHour()
  expect(afterTwo - afterOne).toBeLessThan(allowed)
})

describe('in a browser', () => {
  useBrowser()

  test('two hours of updates leave the heap of the page as it was', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const { server, live, get } = await serve()
    const { now } = Date
    let later = 0
    vi.spyOn(Date, 'now').mockImplementation(() => now() + later)
    onTestFinished(() => void vi.mocked(Date.now).mockRestore())
    const { page, problems } = await openPage(server.origin)
    const session = await page.context().newCDPSession(page)
    let round = 0

    const passHour = async () => {
      for (let at = 0; at < hour; at += 2_000) {
        live()
        later += 2_000
        vi.advanceTimersByTime(500)
        await turnOfLoop()
        if (at % 200_000 === 0) await seen(`round ${++round}`)
      }
      return heapOf(session)
    }
    /** The page has all, and has been on the page of a breaker meanwhile. */
    const seen = async (note: string) => {
      get(0).forceOpen(note)
      vi.advanceTimersByTime(500)
      await page.getByText(`Forced: ${note}`).waitFor()
      await visit(page)
      get(0).reset()
    }
    const afterOne = await passHour()
    const afterTwo = await passHour()
    expect(afterTwo.bytes - afterOne.bytes).toBeLessThan(allowed)
    expect(afterTwo.nodes - afterOne.nodes).toBeLessThan(300)
    expect(afterTwo.listeners - afterOne.listeners).toBeLessThan(30)
    expect(problems).toEqual([])
  })
})

/** To the page of a breaker and back, by the page itself: what finds elements for tests leaves something in its heap. */
async function visit(page: Page): Promise<void> {
  const until = (selector: string) =>
    `while (!document.querySelector('${selector}')) await new Promise((resolve) => setTimeout(resolve, 5))`
  await page.evaluate(`(async () => {
    location.hash = '#/breaker/breaker%200'
    ${until('.config')}
    location.hash = '#/'
    ${until('.table')}
  })()`)
}

async function heapOf(session: CDPSession): Promise<{ bytes: number; nodes: number; listeners: number }> {
  for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
  return { bytes: usedSize, nodes, listeners: jsEventListeners }
}
