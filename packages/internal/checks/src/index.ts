export {
  assertOption,
  type Complete,
  checkBoolean,
  checkFunction,
  checkNumber,
  checkObject,
  checkOptions,
  format,
  longestTimer,
  milliseconds,
  type NumberRange,
  nonNegativeInteger,
  ownOptions,
  positiveInteger,
  positiveRatio,
  ratio,
  timerMilliseconds,
  typeName,
} from './checks.ts'
export { askFallback } from './fallback.ts'
export { describeThrown, isError, onRejection, swallowRejection, warnOnce } from './misuse.ts'
export { isSafe, safeJson, sanitize } from './sanitize.ts'
