import { CircuitBreakerRegistry, type Classify } from '@cb/core'
import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common'
import { from, lastValueFrom, type Observable } from 'rxjs'

/** A 404 that a handler throws is an answer. */
const classify: Classify = (settled) =>
  settled.status === 'rejected' && settled.reason instanceof HttpException && settled.reason.getStatus() < 500
    ? 'success'
    : undefined

/** `@UseInterceptors(BreakerInterceptor)`: a breaker for each handler, which rejects requests while the handler fails. */
@Injectable()
export class BreakerInterceptor implements NestInterceptor {
  constructor(private readonly registry: CircuitBreakerRegistry) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const name = `${context.getClass().name}.${context.getHandler().name}`
    const breaker = this.registry.get(name, { classify })
    return from(breaker.execute(() => lastValueFrom(next.handle(), { defaultValue: undefined })))
  }
}
