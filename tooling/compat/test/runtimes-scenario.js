/** Takes one breaker from closed to open, half-open and closed again, and tells what it saw on the way. */
export async function scenario(core) {
  let time = 0
  const breaker = new core.CircuitBreaker({
    name: 'x',
    trip: core.consecutiveFailures(2),
    openDuration: 1000,
    halfOpen: { successThreshold: 1 },
    now: () => time,
  })
  const seen = []
  const call = async (work) => {
    const result = await breaker.execute(work).catch((error) => error.code ?? error.message)
    seen.push(`${result} ${breaker.state}`)
  }
  const succeed = async () => 42
  const fail = async () => {
    throw new Error('down')
  }

  await call(succeed)
  await call(fail)
  await call(fail)
  await call(succeed)
  time += 1001
  seen.push(breaker.state)
  await call(succeed)
  const limited = new core.CircuitBreaker({ callTimeout: 20 })
  const forever = () => new Promise(() => {})
  await limited.execute(succeed)
  const calls = [limited.execute(forever), limited.wrap(forever)()]
  seen.push(...(await Promise.all(calls.map((ended) => ended.catch(({ code }) => code)))))
  return seen.join(', ')
}
