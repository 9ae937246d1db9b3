/** What `promise` gives; rejects after so many milliseconds. The promise goes on: a client can't be stopped. */
export async function withDeadline<T>(promise: Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the store of the fleet did not answer within ${deadline} ms`)), deadline)
  })
  try {
    return await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}
