export {
  atLeastOne,
  checkBoolean,
  checkFunction,
  checkNumber,
  checkObject,
  checkOptions,
  checkThat,
  count,
  kind,
  longestTimer,
  milliseconds,
  type NumberRange,
  share,
  shareAboveNone,
  show,
  timerMilliseconds,
} from './checks.ts'
export { askFallback } from './fallback.ts'
export { hush, report } from './report.ts'
