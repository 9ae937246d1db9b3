declare module 'opossum-prometheus' {
  export default class PrometheusMetrics {
    constructor(options: { circuits: object[] })
    readonly metrics: string
    clear(): void
  }
}
