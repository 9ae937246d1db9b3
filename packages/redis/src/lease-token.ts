import { randomUUID } from 'node:crypto'

/** Identifies a lease, and says which instance has it. */
export function tokenOf(instance: string): string {
  return `${randomUUID()} ${instance}`
}

/** The instance that has a lease; undefined for a token that no instance has made. */
export function holderOf(token: string): string | undefined {
  return /^[-0-9a-f]{36} (.+)$/s.exec(token)?.[1]
}
