import { CircuitBreakerInstrumentation } from '@cb/opentelemetry'
import { NodeSDK } from '@opentelemetry/sdk-node'

/** Sends spans, metrics and logs by OTLP to `OTEL_EXPORTER_OTLP_ENDPOINT`. Import it first. */
const sdk = new NodeSDK({ serviceName: 'shop', instrumentations: [new CircuitBreakerInstrumentation()] })
sdk.start()

/** Sends what is left. A collector that does not answer must not fail the program. */
const flush = () => sdk.shutdown().catch((error) => console.error(`telemetry was lost: ${error.message}`))
process.once('beforeExit', flush)
process.once('SIGTERM', () => flush().then(() => process.exit()))
