export type { Identity } from '@cb/operator-http'
export { type Dashboard, type DashboardOptions, dashboard } from './dashboard.ts'
export type { Fleet, FleetBreaker } from './fleet.ts'
export type { Registry } from './registry.ts'
