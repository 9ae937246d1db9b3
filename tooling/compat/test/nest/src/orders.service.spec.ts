import { CircuitOpenError } from '@cb/core'
import { Test } from '@nestjs/testing'
import { AxiosError } from 'axios'
import { OrdersService } from './orders.service'

describe('OrdersService', () => {
  let orders: OrdersService

  beforeEach(async () => {
    const app = await Test.createTestingModule({ providers: [OrdersService] }).compile()
    orders = app.get(OrdersService)
  })

  it('pays through a breaker', async () => {
    for (let n = 0; n < 2; n++) await expect(orders.pay()).rejects.toBeInstanceOf(AxiosError)
    await expect(orders.pay()).rejects.toBeInstanceOf(CircuitOpenError)
    await expect(orders.pay()).rejects.toMatchObject({ code: 'ECIRCUITOPEN', breaker: 'payments' })
    expect(orders.registry.get('payments').state).toBe('open')
  })

  it('sends mail through a breaker', async () => {
    for (let n = 0; n < 2; n++) await expect(orders.send()).rejects.toThrow('the mail server is down')
    await expect(orders.send()).rejects.toBeInstanceOf(CircuitOpenError)
    expect(orders.mail.snapshot().totals).toMatchObject({ failure: 2, rejected: 1 })
  })
})
