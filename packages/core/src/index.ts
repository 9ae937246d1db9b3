export { type BackgroundProbeOptions, probeInBackground } from './background-probe.ts'
export { CircuitBreaker, type ForceOptions } from './circuit-breaker.ts'
export type { Clock } from './clock.ts'
export { CallTimeoutError, CircuitOpenError, type RejectionReason } from './errors.ts'
export type { CircuitBreakerEvents, OutcomeEvent, RejectionEvent, Transition } from './events.ts'
export type { Call, ExecuteOptions } from './execute.ts'
export type { HalfOpenOptions } from './half-open-options.ts'
export { type Observer, observe } from './observer.ts'
export {
  type ExponentialBackoffOptions,
  exponentialBackoff,
  type OpenDuration,
  type OpenDurationContext,
} from './open-duration.ts'
export type { CircuitBreakerOptions, LiveOptions } from './options.ts'
export { type Classify, defaultClassify, type Outcome } from './outcome.ts'
export type { Permit, Rejection } from './permit.ts'
export type { RampOptions } from './ramp.ts'
export {
  CircuitBreakerRegistry,
  type CircuitBreakerRegistryOptions,
  type Overrides,
} from './registry.ts'
export type { RegistryEvents } from './registry-audience.ts'
export { RetryBudget, type RetryBudgetOptions } from './retry-budget.ts'
export { retryDelay } from './retry-delay.ts'
export type { SavedBreaker } from './saved-state.ts'
export type { CircuitBreakerSnapshot } from './snapshot.ts'
export type { StateName } from './states/state.ts'
export { type AdaptiveThrottleOptions, adaptiveThrottle } from './trip/adaptive-throttle.ts'
export { anyOf } from './trip/any-of.ts'
export { consecutiveFailures } from './trip/consecutive-failures.ts'
export { type FailureCountOptions, failureCount } from './trip/failure-count.ts'
export { type FailureRateOptions, failureRate } from './trip/failure-rate.ts'
export { type SlowCallRateOptions, slowCallRate } from './trip/slow-call-rate.ts'
export type { Surroundings, Trip, TripPolicy, TripWatch, WindowSnapshot } from './trip/trip-policy.ts'
export { countWindow } from './window/count-window.ts'
export { type TimeWindowOptions, timeWindow } from './window/time-window.ts'
export type { OutcomeWindow, WindowCounts, WindowSpec } from './window/window.ts'
