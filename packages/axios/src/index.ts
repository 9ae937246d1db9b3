export { HttpStatusError } from '@cb/http-rules'
export type { ClassifyAttempt, ProtectAxiosOptions, SettledAttempt } from './adapter.ts'
export { type AxiosProtection, type ProtectableAxios, protectAxios } from './protect-axios.ts'
export type { RequestProtection } from './request-protection.ts'
