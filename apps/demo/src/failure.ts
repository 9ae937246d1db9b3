/** Why a call failed. */
export type Why = 'circuit-open' | 'timeout' | 'unreachable' | 'error'

interface CallError {
  code?: string
  response?: unknown
  status?: number
}

const timeouts: unknown[] = ['ECONNABORTED', 'ETIMEDOUT']

export function whyOf(error: unknown): Why {
  const { code, response } = (error ?? {}) as CallError
  if (code === 'ECIRCUITOPEN') return 'circuit-open'
  if (timeouts.includes(code)) return 'timeout'
  return response === undefined ? 'unreachable' : 'error'
}

/** A failure in a few words. */
export function describeFailure(error: unknown): string {
  const { code, status } = (error ?? {}) as CallError
  if (status !== undefined) return `HTTP ${status}`
  if (code === 'ECONNREFUSED') return 'connection refused'
  return timeouts.includes(code) ? 'timeout' : (code ?? 'an error')
}
