// Compiled only: the code of an application, against the types of the installed line.

import { CircuitBreakerInstrumentation, instrumentCircuitBreakers } from '@cb/opentelemetry'
import { type Instrumentation, registerInstrumentations } from '@opentelemetry/instrumentation'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'

const instrumentation: Instrumentation = new CircuitBreakerInstrumentation({ callSpans: 'rejected' })
registerInstrumentations({ instrumentations: [instrumentation] })
new NodeSDK({ instrumentations: [new CircuitBreakerInstrumentation()] }).start()
const stop = instrumentCircuitBreakers({ meterProvider: new MeterProvider(), loggerProvider: new LoggerProvider() })
stop()
