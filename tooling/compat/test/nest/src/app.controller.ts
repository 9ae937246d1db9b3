import { Controller, Get } from '@nestjs/common'
// biome-ignore lint/style/useImportType: Nest injects the class
import { OrdersService } from './orders.service'

@Controller()
export class AppController {
  constructor(private readonly orders: OrdersService) {}

  @Get()
  async order(): Promise<string[]> {
    const calls = [() => this.orders.pay(), () => this.orders.send()]
    return Promise.all(calls.map((call) => call().catch((error: unknown) => this.orders.describe(error))))
  }
}
