import { protectAxios } from '@cb/axios'
import { type CircuitBreaker, CircuitBreakerRegistry } from '@cb/core'
import { Injectable } from '@nestjs/common'
import axios from 'axios'

@Injectable()
export class PaymentsOptions {
  url = process.env['PAYMENTS_URL'] ?? 'http://localhost:4000'
}

@Injectable()
export class PaymentsService {
  readonly breaker: CircuitBreaker
  private readonly client = axios.create()

  constructor(registry: CircuitBreakerRegistry, { url }: PaymentsOptions) {
    this.client.defaults.baseURL = url
    this.breaker = registry.get(new URL(url).origin) // for health, before the first call
    protectAxios(this.client, { registry })
  }

  async find(id: string): Promise<unknown> {
    const { data } = await this.client.get(`/payments/${encodeURIComponent(id)}`)
    return data
  }
}
