import { Controller, Get, Param, UseInterceptors } from '@nestjs/common'
import { BreakerInterceptor } from './breaker.interceptor'
import { PaymentsService } from './payments.service'

@Controller()
export class AppController {
  constructor(private readonly payments: PaymentsService) {}

  @Get('payments/:id')
  payment(@Param('id') id: string): Promise<unknown> {
    return this.payments.find(id)
  }

  @Get('reports')
  @UseInterceptors(BreakerInterceptor)
  report(): string {
    throw new Error('the report has a bug')
  }
}
