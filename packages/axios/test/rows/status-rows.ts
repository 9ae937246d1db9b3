import { get, type Row } from './row.ts'

/** Each status, whether it resolves or rejects. */
export const statusRows: readonly Row[] = [
  ...[200, 201, 204, 400, 401, 403, 404, 409, 422].map((status) => ({ status, outcome: 'success' as const })),
  ...[408, 425, 429, 500, 501, 502, 503, 504, 599].map((status) => ({ status, outcome: 'failure' as const })),
].flatMap(({ status, outcome }) => {
  const code = outcome === 'failure' ? { code: `HTTP_${status}` } : {}
  return [
    { what: `status ${status}`, outcome, ...code, request: get(`/status/${status}`) },
    {
      what: `status ${status} that validateStatus accepts`,
      outcome,
      ...code,
      request: get(`/status/${status}`, { validateStatus: () => true }),
    },
    {
      what: `status ${status} that validateStatus rejects`,
      outcome,
      ...code,
      request: get(`/status/${status}`, { validateStatus: () => false }),
    },
  ]
})
