export {
  type AdaptiveThrottleOptions,
  adaptiveThrottle,
} from './admission/adaptive-throttle.ts'
export type {
  AdmissionContext,
  AdmissionMonitor,
  AdmissionPolicy,
  AdmissionReason,
} from './admission/admission-policy.ts'
export { type BackgroundProbeOptions, probeInBackground } from './background-probe.ts'
export type { Call, Fallback } from './call-in-flight.ts'
export { CircuitBreaker, type ForceOptions, type WrapOptions } from './circuit-breaker.ts'
export type { Clock } from './clock.ts'
export { CallTimeoutError, CircuitOpenError } from './errors.ts'
export type {
  CircuitBreakerEvents,
  FailureTraits,
  FallbackEvent,
  LastFailure,
  OpenTrip,
  OutcomeEvent,
  OverrideEvent,
  RejectionEvent,
  RejectionReason,
  StateName,
  Transition,
  Trip,
  WindowSnapshot,
} from './events.ts'
export type { ExecuteOptions } from './execute.ts'
export { findCircuitOpenError } from './find-circuit-open-error.ts'
export type { HalfOpenOptions } from './half-open-options.ts'
export { type Observer, observe } from './observe.ts'
export {
  type ExponentialBackoffOptions,
  exponentialBackoff,
  type OpenDuration,
  type OpenDurationContext,
} from './open-duration.ts'
export type { CircuitBreakerOptions, LiveOptions, Overrides } from './options.ts'
export { type Classify, defaultClassify, type Outcome } from './outcome.ts'
export type { Permit, Rejection } from './permit.ts'
export { type RampOptions, ramp } from './ramp.ts'
export {
  CircuitBreakerRegistry,
  type CircuitBreakerRegistryOptions,
} from './registry.ts'
export type { RegistryEvents } from './registry-events.ts'
export { RetryBudget, type RetryBudgetOptions } from './retry-budget.ts'
export { retryDelay } from './retry-delay.ts'
export {
  type CountName,
  type RestoreOptions,
  restoreState,
  type SavedPeriod,
  type SavedPolicy,
  type SavedState,
  saveState,
} from './saved-state.ts'
export type { ProbeSettings } from './settings.ts'
export {
  type ProbeLease,
  type ProbeLeases,
  type SharedBreaker,
  type SharedDecision,
  shareState,
} from './share-state.ts'
export type { AdmissionSnapshot, CircuitBreakerSnapshot } from './snapshot.ts'
export { anyOf } from './trip/any-of.ts'
export { type ConsecutiveFailuresOptions, consecutiveFailures } from './trip/consecutive-failures.ts'
export { type FailureCountOptions, failureCount } from './trip/failure-count.ts'
export { type FailureRateOptions, failureRate } from './trip/failure-rate.ts'
export type { RateOptions } from './trip/rate-options.ts'
export { type SlowCallRateOptions, slowCallRate } from './trip/slow-call-rate.ts'
export type { TripContext, TripMonitor, TripPolicy } from './trip/trip-policy.ts'
export { countWindow } from './window/count-window.ts'
export { type TimeWindowOptions, timeWindow } from './window/time-window.ts'
export type { OutcomeWindow, WindowCounts, WindowSpec } from './window/window.ts'
