/** The outcome of a request for each way that it can end, on any runtime; `origin` is the one of the test's service. */
export async function scenario({ protectFetch }, origin) {
  const report = []
  const text = (response) => response.text()
  const drain = async (reader) => {
    while (!(await reader.read()).done);
  }
  const loop = async ({ body }) => {
    for await (const _chunk of body);
  }
  const call = async (what, path, read, init, options) => {
    const outcomes = []
    const fetch = protectFetch(globalThis.fetch, options)
    fetch.registry.on('outcome', ({ outcome }) => outcomes.push(outcome))
    const isOwn = await fetch(origin + path, init).then(
      async (response) => {
        await Promise.resolve(read(response)).catch(() => {})
        return response instanceof Response && response.constructor === Response
      },
      (error) => error.code === 'ECALLTIMEOUT' || error instanceof Error,
    )
    while (outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    report.push(`${what}: ${outcomes}${isOwn ? '' : ', not its own'}`)
  }
  const soon = () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    return controller.signal
  }

  await call('text', '/', text)
  await call('invalid json', '/', (response) => response.json())
  await call('invalid form', '/', (response) => response.formData())
  await call('reader', '/', ({ body }) => drain(body.getReader()))
  await call('loop', '/', loop)
  await call('pipe', '/', ({ body }) => loop({ body: body.pipeThrough(new TransformStream()) }))
  await call('clone', '/', (response) => Promise.all([response.clone().text(), response.text()]))
  await call('unread', '/stall/200', () => {})
  await call('cancelled', '/stall/200', ({ body }) => body.cancel())
  await call('reader cancelled', '/stall/200', async ({ body }) => {
    for await (const _chunk of body) break
  })
  await call('cut text', '/cut/200', text)
  await call('cut form', '/cut/200?content-type=application/x-www-form-urlencoded', (response) => response.formData())
  await call('cut reader', '/cut/200', ({ body }) => drain(body.getReader()))
  await call('cut loop', '/cut/200', loop)
  await call('503', '/status/503', text)
  await call('reset', '/reset', text)
  await call('call timeout', '/hang', text, {}, { defaults: { callTimeout: 100 } })
  await call('call timeout in the body', '/stall/200', text, {}, { defaults: { callTimeout: 200 } })
  await call('abort', '/hang', text, { signal: soon() })
  await call('timeout', '/hang', text, { signal: AbortSignal.timeout(50) })
  await call('bad header', '/', text, { headers: { 'a b': 'x' } })
  await call('bad body', '/', text, { body: 'x' })
  await call('endless redirect', '/loop', text)
  await call('silent text', '/stall/200', text, {}, { idleTimeout: 100 })
  await call('silent loop', '/stall/200', loop, {}, { idleTimeout: 100 })
  const bodyOf = {
    classifyBody: { maxBytes: 100 },
    classify: ({ body }) => (body === '{"well":true}' ? 'failure' : undefined),
  }
  await call('body of text', '/status/200', text, {}, bodyOf)
  await call('body of json', '/status/200', (response) => response.json(), {}, bodyOf)
  await call('body of a reader', '/status/200', ({ body }) => drain(body.getReader()), {}, bodyOf)
  await call('body of a loop', '/status/200', loop, {}, bodyOf)
  await call('body of a clone', '/status/200', (it) => Promise.all([it.clone().text(), it.text()]), {}, bodyOf)
  await call('body too long', '/gzip', text, {}, bodyOf)
  return report
}
