/** What the fallback answers. If it throws, its error keeps the original as `cause`. */
export async function askFallback<Rest extends unknown[], Answer>(
  fallback: (error: unknown, ...rest: Rest) => Answer,
  error: unknown,
  ...rest: Rest
): Promise<Awaited<Answer>> {
  try {
    return await fallback(error, ...rest)
  } catch (problem) {
    if (problem instanceof Error && problem !== error && problem.cause === undefined) {
      // A frozen error goes as it is.
      Reflect.defineProperty(problem, 'cause', { value: error, configurable: true, writable: true })
    }
    throw problem
  }
}
