/** Waits, one event loop turn at a time, until `predicate` holds: for real sockets, never for a breaker's clock. @throws Error if it does not. */
export async function until(predicate: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await predicate())) {
    if (performance.now() > deadline) throw new Error(`did not hold within ${timeoutMs} ms: ${predicate}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
