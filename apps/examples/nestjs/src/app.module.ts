import { Module } from '@nestjs/common'
import { TerminusModule } from '@nestjs/terminus'
import { AppController } from './app.controller'
import { BreakersModule } from './breakers.module'
import { BreakerHealth, HealthController } from './health.controller'
import { PaymentsOptions, PaymentsService } from './payments.service'

@Module({
  imports: [BreakersModule, TerminusModule.forRoot({ logger: false })],
  controllers: [AppController, HealthController],
  providers: [BreakerHealth, PaymentsOptions, PaymentsService],
})
export class AppModule {}
