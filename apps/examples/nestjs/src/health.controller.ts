import type { CircuitBreaker } from '@cb/core'
import { Controller, Get, Injectable } from '@nestjs/common'
import { HealthCheck, HealthCheckService, type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus'
import { PaymentsService } from './payments.service'

@Injectable()
export class BreakerHealth {
  constructor(private readonly indicators: HealthIndicatorService) {}

  /** Half-open is up: without traffic a circuit can't recover. */
  check(key: string, { state }: CircuitBreaker): HealthIndicatorResult {
    const indicator = this.indicators.check(key)
    return state === 'open' ? indicator.down({ state }) : indicator.up({ state })
  }
}

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly breakers: BreakerHealth,
    private readonly payments: PaymentsService,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.breakers.check('payments', this.payments.breaker)])
  }
}
