import { expectTypeOf, test } from 'vitest'
import {
  CircuitBreaker,
  CircuitBreakerRegistry,
  type CircuitOpenError,
  type FallbackEvent,
  findCircuitOpenError,
  type OutcomeEvent,
  type OverrideEvent,
  observe,
  type RejectionEvent,
  type Transition,
} from '../src/index.ts'

const breaker = new CircuitBreaker({ name: 'typed' })

test('each event of a breaker has its own type', () => {
  breaker.on('transition', (event) => expectTypeOf(event).toEqualTypeOf<Transition>())
  breaker.on('outcome', (event) => expectTypeOf(event).toEqualTypeOf<OutcomeEvent>())
  breaker.on('rejection', (event) => expectTypeOf(event).toEqualTypeOf<RejectionEvent>())
  breaker.on('fallback', (event) => expectTypeOf(event).toEqualTypeOf<FallbackEvent>())
  breaker.on('override', (event) => expectTypeOf(event).toEqualTypeOf<OverrideEvent>())
  expectTypeOf(breaker.on('outcome', () => {})).toEqualTypeOf<() => void>()
  expectTypeOf<Parameters<typeof breaker.on>[0]>().toEqualTypeOf<
    'transition' | 'outcome' | 'rejection' | 'fallback' | 'override'
  >()
})

test('events of a registry come with their breaker, those of its own are breakers', () => {
  const registry = new CircuitBreakerRegistry()
  registry.on('transition', (event, breaker) =>
    expectTypeOf([event, breaker] as const).toEqualTypeOf<readonly [Transition, CircuitBreaker]>(),
  )
  registry.on('created', (breaker) => expectTypeOf(breaker).toEqualTypeOf<CircuitBreaker>())
  registry.on('evicted', (breaker) => expectTypeOf(breaker).toEqualTypeOf<CircuitBreaker>())
})

test('an observer gets the same events', () => {
  const stop = observe({
    transition: (event, breaker) =>
      expectTypeOf([event, breaker] as const).toEqualTypeOf<readonly [Transition, CircuitBreaker]>(),
    rejection: (event) => expectTypeOf(event).toEqualTypeOf<RejectionEvent>(),
  })
  stop()
})

test('what tryAcquire returns has a reason only where it is not admitted, and settles only where it is', () => {
  const permit = breaker.tryAcquire()
  if (permit.admitted) {
    expectTypeOf(permit.success).returns.toBeVoid()
    // @ts-expect-error
    void permit.reason
  } else {
    expectTypeOf(permit.reason).toEqualTypeOf<CircuitOpenError['reason']>()
    expectTypeOf(permit.retryAfterMs).toEqualTypeOf<number | null>()
  }
})

test('a rejection that is found is a CircuitOpenError or nothing', () => {
  expectTypeOf(findCircuitOpenError).parameters.toEqualTypeOf<[unknown]>()
  expectTypeOf(findCircuitOpenError).returns.toEqualTypeOf<CircuitOpenError | undefined>()
})

test('an option, an event or a trip policy that does not exist does not compile', () => {
  const wrong = () => [
    // @ts-expect-error
    new CircuitBreaker({ timeout: 5 }),
    // @ts-expect-error
    new CircuitBreaker({ openDuration: '30s' }),
    // @ts-expect-error
    breaker.on('open', () => {}),
    // @ts-expect-error
    breaker.execute(async () => 1, { timeout: 5 }),
    // @ts-expect-error
    breaker.configure({ name: 'other' }),
  ]
  expectTypeOf(wrong).toBeFunction()
})
