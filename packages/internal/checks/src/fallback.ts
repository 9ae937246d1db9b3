/**
 * The answer of the fallback. What it throws is the caller's, so it is passed on as it is; only the rejection of another breaker is
 * replaced by a copy that has the original error as `cause`.
 */
export async function askFallback<Rest extends unknown[], Answer>(
  fallback: (error: unknown, ...rest: Rest) => Answer,
  error: unknown,
  ...rest: Rest
): Promise<Awaited<Answer>> {
  try {
    return await fallback(error, ...rest)
  } catch (problem) {
    throw isRejection(problem) && problem !== error ? withCause(problem, error) : problem
  }
}

function isRejection(error: unknown): error is Error {
  try {
    return error instanceof Error && (error as { code?: unknown }).code === 'ECIRCUITOPEN' && error.cause === undefined
  } catch {
    return false // a getter of the error threw
  }
}

/** Callers may share the error, for example where the fallback caches its promise, so it is never written to. */
function withCause(error: Error, cause: unknown): Error {
  const copy = Object.setPrototypeOf(new Error(), Object.getPrototypeOf(error))
  const stack = { value: error.stack, configurable: true, writable: true }
  const own = { ...Object.getOwnPropertyDescriptors(error), stack }
  return Object.defineProperties(copy, { ...own, cause: { value: cause, configurable: true, writable: true } })
}
