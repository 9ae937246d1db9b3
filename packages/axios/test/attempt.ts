import { CircuitBreakerRegistry, type OutcomeEvent } from '@cb/core'
import type { AxiosInstance, AxiosResponse } from 'axios'
import { type ProtectAxiosOptions, protectAxios } from '../src/index.ts'

/** Keeps every outcome that the breakers of a registry were told. */
export function watched(registry: CircuitBreakerRegistry = new CircuitBreakerRegistry()): {
  registry: CircuitBreakerRegistry
  outcomes: OutcomeEvent[]
} {
  const outcomes: OutcomeEvent[] = []
  registry.on('outcome', (event) => outcomes.push(event))
  return { registry, outcomes }
}

export interface Attempt {
  /** Those of a registry of its own. */
  readonly outcomes: readonly OutcomeEvent[]
  readonly response: AxiosResponse | undefined
  /** biome-ignore lint/suspicious/noExplicitAny: what axios rejects with */
  readonly error: any
}

/** Makes one request through a freshly protected instance and tells how it ended and what was counted. */
export async function attempt(
  instance: AxiosInstance,
  request: (instance: AxiosInstance) => Promise<AxiosResponse>,
  options: Omit<ProtectAxiosOptions, 'defaults'> = {},
): Promise<Attempt> {
  const { registry, outcomes } = watched()
  const protection = protectAxios(instance, { registry, ...options })
  try {
    return { outcomes, response: await request(instance), error: undefined }
  } catch (error) {
    return { outcomes, response: undefined, error }
  } finally {
    protection.detach()
  }
}
