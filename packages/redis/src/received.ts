import { typeName } from '@cb/checks'
import type { Message, Reply, View } from './protocol.ts'

type Checks<T> = { readonly [Name in keyof T]-?: (value: unknown) => boolean }

const isString = (value: unknown) => typeof value === 'string'
const isDuration = (value: unknown) => typeof value === 'number' && value >= 0 && value < Infinity
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isEnds = (value: unknown) =>
  value === undefined || (isRecord(value) && Object.values(value).every((end) => typeof end === 'number'))

const overrideChecks: Checks<NonNullable<View['override']>> = {
  state: (value) => value === 'open' || value === 'closed',
  remaining: isDuration,
  note: isString,
  by: isString,
}

const viewChecks: Checks<View> = {
  epoch: isCount,
  state: (value) => value === 'closed' || value === 'open' || value === 'half-open',
  remaining: isDuration,
  attempt: isCount,
  reason: isString,
  note: isString,
  by: isString,
  override: (value) => value === null || problemIn(value, overrideChecks) === undefined,
  members: isCount,
}

const replyChecks: Checks<Reply> = {
  ...viewChecks,
  now: isDuration,
  leased: (value) => typeof value === 'boolean',
  hint: isDuration,
  votes: isEnds,
  leases: isEnds,
}

/** @returns what is wrong with the first field that is not as it must be. */
function problemIn<T>(value: unknown, checks: Checks<T>): string | undefined {
  if (!isRecord(value)) return `it is ${typeName(value)}`
  const name = (Object.keys(checks) as (keyof T & string)[]).find((key) => !checks[key](value[key]))
  return name && `wrong ${name}`
}

/** A store may hold anything that another version, or somebody else, has written there. @returns what is wrong with a reply, if anything. */
export function problemOf(reply: Reply): string | undefined {
  return problemIn(reply, replyChecks)
}

/** Anybody may publish: what is no message is ignored. */
export function isMessage(message: unknown): message is Message {
  return isRecord(message) && isString(message['name']) && problemIn(message['view'], viewChecks) === undefined
}
