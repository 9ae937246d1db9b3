import { CircuitBreakerRegistry } from '@cb/core'
import { Global, Module } from '@nestjs/common'
import { APP_FILTER } from '@nestjs/core'
import { CircuitOpenFilter } from './circuit-open.filter'

const registry = {
  provide: CircuitBreakerRegistry,
  useFactory: () => new CircuitBreakerRegistry({ defaults: { callTimeout: 2_000, openDuration: 5_000 } }),
}

/** One registry for the whole app, to inject anywhere; and 503 for each call that it rejects. */
@Global()
@Module({ providers: [registry, { provide: APP_FILTER, useClass: CircuitOpenFilter }], exports: [registry] })
export class BreakersModule {}
