import { sanitize } from '@cb/checks'
import type { Attributes } from '@opentelemetry/api'
import { withoutCredentials } from './credentials.ts'
import { attribute } from './names.ts'

const maxNameLength = 256

/** A breaker's name for telemetry: at most 256 characters, without credentials. */
export function sentName(name: string): string {
  return sanitize(withoutCredentials(name), maxNameLength)
}

/** The attributes that identify a breaker: its name, and the server if the name is an origin. */
export function identify(name: string): Attributes {
  return Object.freeze({ [attribute.name]: sentName(name), ...serverOf(name) })
}

/** By default HTTP adapters name a breaker after the origin that it guards. */
function serverOf(name: string): Attributes {
  if (!/^https?:\/\//.test(name) || name.length > maxNameLength) return {}
  try {
    const { href, origin, protocol, hostname, port } = new URL(name)
    if (href !== `${origin}/`) return {}
    return {
      [attribute.serverAddress]: hostname.replace(/^\[(.*)\]$/, '$1'),
      [attribute.serverPort]: Number(port || (protocol === 'https:' ? 443 : 80)),
    }
  } catch {
    return {}
  }
}
