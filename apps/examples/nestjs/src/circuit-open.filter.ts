import { errorHandler } from '@cb/express'
import { type ArgumentsHost, Catch } from '@nestjs/common'
import { BaseExceptionFilter } from '@nestjs/core'

const handle = errorHandler()

/** 503 with `Retry-After` for a call that an open breaker rejected; any other error is left to Nest. */
@Catch()
export class CircuitOpenFilter extends BaseExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    handle(error, http.getRequest(), http.getResponse(), () => super.catch(error, host))
  }
}
