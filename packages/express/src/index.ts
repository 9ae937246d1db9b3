export { errorHandler } from './error-handler.ts'
export {
  type Guard,
  type GuardCommonOptions,
  type GuardOptions,
  type GuardWithBreaker,
  type GuardWithOwnBreaker,
  guard,
} from './guard.ts'
export { type BreakerHealth, type HealthOptions, health } from './health.ts'
export type { ErrorMiddleware, Middleware } from './middleware.ts'
