declare module '@elastic/mockotlpserver' {
  export class MockOtlpServer {
    constructor(options: {
      services: 'http'[]
      httpHostname: string
      httpPort: number
      logLevel: string
      onTrace(raw: unknown): void
      onMetrics(raw: unknown): void
    })
    readonly httpUrl: URL
    start(): Promise<void>
    close(): Promise<void>
  }
  export function normalizeTrace(raw: unknown): unknown
  export function normalizeMetrics(raw: unknown): unknown
}
