/** A user's project: what it installs, and the first program that its author writes. */
export interface Project {
  readonly name: string
  /** Our packages, by folder. */
  readonly packages: readonly string[]
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
    imports: { core: '@cb/core', cb: '@cb/axios' },
    program: 'console.log(Object.keys(cb).length > 0)',
    prints: 'true',
  },
  {
    name: 'express',
    packages: ['core', 'express'],
    dependencies: ['express@5', '@types/express@5'],
    imports: { core: '@cb/core', cb: '@cb/express' },
    program: 'console.log(Object.keys(cb).length > 0)',
    prints: 'true',
  },
  {
    name: 'opentelemetry',
    packages: ['core', 'opentelemetry'],
    dependencies: ['@opentelemetry/api@1'],
    imports: { core: '@cb/core', cb: '@cb/opentelemetry' },
    program: 'console.log(Object.keys(cb).length > 0)',
    prints: 'true',
  },
]
