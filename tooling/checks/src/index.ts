export {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkNumber,
  checkObject,
  kind,
  longestTimer,
  type NumberRange,
  show,
} from './checks.ts'
export { askFallback } from './fallback.ts'
export { hush, report } from './report.ts'
