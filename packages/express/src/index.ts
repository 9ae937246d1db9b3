export type { Identity } from '@cb/operator-http'
export { type AdminOptions, admin } from './admin.ts'
export type { ActionName, AdminAction } from './admin-action.ts'
export type { BreakerList } from './admin-list.ts'
export type { BreakerSource } from './check-breakers.ts'
export type { Critical } from './critical.ts'
export { errorHandler } from './error-handler.ts'
export {
  type Guard,
  type GuardCommonOptions,
  type GuardOptions,
  type GuardWithBreaker,
  type GuardWithOwnBreaker,
  guard,
} from './guard.ts'
export { type HealthOptions, health } from './health.ts'
export type { ErrorMiddleware, Middleware } from './middleware.ts'
export type { BreakerSummary } from './summary.ts'
