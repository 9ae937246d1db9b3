/** Asks the fallback. If it throws, its error keeps the original as `cause`. */
export async function answerInstead<F>(fallback: (error: unknown) => F | PromiseLike<F>, error: unknown): Promise<F> {
  try {
    return await fallback(error)
  } catch (problem) {
    if (problem instanceof Error && problem !== error && problem.cause === undefined) {
      try {
        Object.defineProperty(problem, 'cause', { value: error, configurable: true, writable: true })
      } catch {
        // A frozen error goes as it is.
      }
    }
    throw problem
  }
}
