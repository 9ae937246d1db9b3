export { type Dashboard, type DashboardOptions, dashboard, type Registry } from './dashboard.ts'
export type { Identity } from './operator.ts'
