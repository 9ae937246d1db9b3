import type { Tarballs } from './tarballs.ts'

/** A user's project: what it installs, and the first program that its author writes. */
export interface Project {
  readonly name: string
  /** Our packages, by folder. */
  readonly packages: readonly (keyof Tarballs)[]
  /** From the npm registry. */
  readonly dependencies: readonly string[]
  /** Namespace by name in the program: `import * as name` or `const name = require()`. */
  readonly imports: Readonly<Record<string, string>>
  /** The body of an async function, valid as TypeScript and as JavaScript. */
  readonly program: string
  readonly prints: string
}

export const projects: readonly Project[] = [
  {
    name: 'core',
    packages: ['core'],
    dependencies: [],
    imports: { core: '@cb/core' },
    program: `
      const payments = new core.CircuitBreaker({ name: 'payments' })
      console.log(await payments.execute(async () => 42), payments.state)
    `,
    prints: '42 closed',
  },
  {
    name: 'axios',
    packages: ['core', 'axios'],
    dependencies: ['axios@1'],
    imports: { axios: 'axios', cb: '@cb/axios' },
    // Nothing listens on port 1: each call is a refused connection.
    program: `
      const client = axios.create({ baseURL: 'http://127.0.0.1:1' })
      const { registry } = cb.protectAxios(client)
      const errorOf = () => client.get('/').catch((error) => error)
      const first = await errorOf()
      for (let n = 0; n < 9; n++) await errorOf()
      const { code } = await errorOf()
      console.log(first.code, first instanceof axios.AxiosError, registry.get('http://127.0.0.1:1').state, code)
    `,
    prints: 'ECONNREFUSED true open ECIRCUITOPEN',
  },
  {
    name: 'fetch',
    packages: ['core', 'fetch'],
    dependencies: [],
    imports: { cb: '@cb/fetch', undici: '@cb/fetch/undici' },
    // Nothing listens on port 2, and fetch does not refuse it by itself: each call is a refused connection.
    program: `
      const fetch = cb.protectFetch()
      const reasonOf = () => fetch('http://127.0.0.1:2').then(() => 'up', (error) => error.cause?.code ?? error.code)
      const first = await reasonOf()
      for (let n = 0; n < 9; n++) await reasonOf()
      console.log(first, fetch.registry.get('http://127.0.0.1:2').state, await reasonOf(), typeof undici.breakerInterceptor)
    `,
    prints: 'ECONNREFUSED open ECIRCUITOPEN function',
  },
  {
    name: 'express',
    packages: ['core', 'express'],
    dependencies: ['express@5', '@types/express@5'],
    imports: { cb: '@cb/express' },
    program: `
      const { default: express } = await import('express')
      const guard = cb.guard({ name: 'all' })
      guard.breaker.forceOpen('maintenance')
      const app = express()
      app.get('/', guard, (_request, response) => void response.send('hello'))
      app.use(cb.errorHandler())
      const server = app.listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const port = Reflect.get(Object(server.address()), 'port')
      const response = await fetch('http://127.0.0.1:' + port)
      console.log(response.status, response.headers.get('content-type'))
      server.close()
    `,
    prints: '503 application/problem+json',
  },
  {
    name: 'opentelemetry',
    packages: ['core', 'opentelemetry'],
    dependencies: ['@opentelemetry/api@1'],
    imports: { core: '@cb/core', cb: '@cb/opentelemetry' },
    program: `
      const stop = cb.instrumentCircuitBreakers()
      const payments = new core.CircuitBreaker({ name: 'payments' })
      payments.forceOpen('deploy')
      stop()
      console.log(payments.state, new cb.CircuitBreakerInstrumentation({ enabled: false }).instrumentationName)
    `,
    prints: 'open @cb/opentelemetry',
  },
  {
    name: 'dashboard',
    packages: ['core', 'dashboard'],
    dependencies: ['express@5', '@types/express@5'],
    imports: { core: '@cb/core', cb: '@cb/dashboard' },
    program: `
      const { default: express } = await import('express')
      const page = cb.dashboard({ registry: new core.CircuitBreakerRegistry() })
      const app = express()
      app.use('/breakers', page)
      const server = app.listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const response = await fetch('http://127.0.0.1:' + Reflect.get(Object(server.address()), 'port') + '/breakers/')
      console.log(response.status, response.headers.get('content-type'))
      page.close()
      server.close()
    `,
    prints: '200 text/html; charset=utf-8',
  },
  {
    name: 'redis',
    packages: ['core', 'redis'],
    dependencies: ['@types/node@20'],
    imports: { core: '@cb/core', cb: '@cb/redis', testing: '@cb/redis/testing' },
    program: `
      const store = cb.memoryStore()
      const [one, other] = [new core.CircuitBreaker({ name: 'payments' }), new core.CircuitBreaker({ name: 'payments' })]
      const first = await cb.joinFleet({ store, namespace: 'shop' })
      const second = await cb.joinFleet({ store, namespace: 'shop' })
      await first.share(one)
      await second.share(other)
      await first.forceOpen('payments', { note: 'maintenance' })
      while (other.state !== 'open') await new Promise((resolve) => setTimeout(resolve, 1))
      await first.leave()
      await second.leave()
      console.log('open everywhere', Object.keys(testing).length > 0)
    `,
    prints: 'open everywhere true',
  },
]
