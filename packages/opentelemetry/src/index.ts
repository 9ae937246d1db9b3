export { type InstrumentCircuitBreakersOptions, instrumentCircuitBreakers } from './instrument-circuit-breakers.ts'
export { CircuitBreakerInstrumentation, type CircuitBreakerInstrumentationConfig } from './instrumentation.ts'
export type { EventLogger, EventLoggerProvider, EventRecord } from './transition-log.ts'
