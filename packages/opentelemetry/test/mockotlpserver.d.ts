declare module '@elastic/mockotlpserver' {
  export class MockOtlpServer {
    constructor(options: {
      services: 'http'[]
      httpHostname: string
      httpPort: number
      logLevel: string
      onRequest(request: { path: string; headers: Record<string, string> }): void
      onTrace(raw: unknown): void
      onMetrics(raw: unknown): void
      onLogs(raw: unknown): void
    })
    readonly httpUrl: URL
    start(): Promise<void>
    close(): Promise<void>
  }
  export function normalizeTrace(raw: unknown): unknown
  export function normalizeMetrics(raw: unknown): unknown
  export function normalizeLogs(raw: unknown): unknown
}
