export type { Identity } from '@cb/operator-http'
export { type Dashboard, type DashboardOptions, dashboard, type Registry } from './dashboard.ts'
