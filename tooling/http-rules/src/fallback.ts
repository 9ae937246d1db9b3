/** What the fallback answers. If it throws, its error keeps the original as `cause`. */
export async function askFallback<Request, Answer>(
  fallback: (error: unknown, request: Request) => Answer,
  error: unknown,
  request: Request,
): Promise<Awaited<Answer>> {
  try {
    return await fallback(error, request)
  } catch (problem) {
    throw withCause(problem, error)
  }
}

function withCause(problem: unknown, cause: unknown): unknown {
  if (problem instanceof Error && problem !== cause && problem.cause === undefined && Object.isExtensible(problem)) {
    Object.defineProperty(problem, 'cause', { value: cause, configurable: true, writable: true })
  }
  return problem
}
