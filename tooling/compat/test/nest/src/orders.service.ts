import { protectAxios } from '@cb/axios'
import { CircuitBreaker, CircuitBreakerRegistry, CircuitOpenError, consecutiveFailures } from '@cb/core'
import { Injectable } from '@nestjs/common'
import axios, { AxiosError } from 'axios'

/** Calls two services that are down: nothing listens on port 1. */
@Injectable()
export class OrdersService {
  readonly registry = new CircuitBreakerRegistry({ defaults: { trip: consecutiveFailures(2) } })
  readonly mail = new CircuitBreaker({ name: 'mail', trip: consecutiveFailures(2) })
  private readonly payments = axios.create({ baseURL: 'http://127.0.0.1:1' })

  constructor() {
    protectAxios(this.payments, { registry: this.registry })
  }

  async pay(): Promise<string> {
    const { data } = await this.payments.post<string>('/payments', {}, { circuitBreaker: { key: 'payments' } })
    return data
  }

  send(): Promise<string> {
    return this.mail.execute(() => Promise.reject(new Error('the mail server is down')))
  }

  describe(error: unknown): string {
    if (error instanceof CircuitOpenError) return `${error.breaker} is ${error.reason}, ${error.code}`
    return error instanceof AxiosError ? `axios: ${error.code}` : String(error)
  }
}
