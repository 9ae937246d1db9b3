import { useEffect, useState } from 'preact/hooks'
import type { Detail } from '../wire.ts'
import { status } from './connection.ts'

const pollEvery = 2_000

/** Asks for the details of a breaker, again and again while the tab is visible. */
export function useDetail(name: string): Detail | undefined {
  const [detail, setDetail] = useState<Detail | undefined>(undefined)
  useEffect(() => {
    const end = new AbortController()
    const ask = async () => {
      if (document.visibilityState === 'hidden' || status.peek().kind === 'stale') return
      try {
        const response = await fetch(`breaker?name=${encodeURIComponent(name)}`, {
          cache: 'no-store',
          signal: end.signal,
        })
        if (response.ok) setDetail(await response.json())
      } catch {
        // The stream says that the server does not answer.
      }
    }
    void ask()
    const timer = setInterval(ask, pollEvery)
    addEventListener('cb-acted', ask)
    return () => {
      end.abort()
      clearInterval(timer)
      removeEventListener('cb-acted', ask)
    }
  }, [name])
  return detail
}
