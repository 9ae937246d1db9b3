import type { State } from '../wire.ts'

export const stateWords = ['closed', 'open', 'half-open'] as const

export function stateWord(state: State): string {
  return stateWords[state]
}

/** `4 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const units: [number, string][] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  const first = units.findIndex(([size]) => seconds >= size)
  if (first === -1) return '0 s'
  const [size, unit] = units[first] as [number, string]
  const [smaller, smallerUnit] = units[first + 1] ?? [1, '']
  const rest = Math.floor((seconds % size) / smaller)
  return rest === 0 || smallerUnit === ''
    ? `${Math.floor(seconds / size)} ${unit}`
    : `${Math.floor(seconds / size)} ${unit} ${rest} ${smallerUnit}`
}

/** An option of the configuration, with its unit. */
export function milliseconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : ms % 1_000 === 0 ? duration(ms) : `${ms / 1_000} s`
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

export function time(at: number): string {
  return clock.format(at)
}

const integer = new Intl.NumberFormat()
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })

export function count(number: number): string {
  return integer.format(number)
}

/** A number of calls a second. */
export function rate(number: number): string {
  return number >= 10 ? integer.format(Math.round(number)) : oneDigit.format(number)
}

export function percent(ratio: number): string {
  return `${oneDigit.format(100 * ratio)} %`
}

/** Three digits, for latencies. */
export function latency(ms: number): string {
  return ms >= 10_000 ? `${oneDigit.format(ms / 1_000)} s` : `${Number(ms.toPrecision(2))} ms`
}

/** `a, b and 3 more`. */
export function listed(names: readonly string[]): string {
  const first = names.slice(0, 4).map(shown).join(', ')
  return names.length > 4 ? `${first} and ${count(names.length - 4)} more` : first
}

/** A name as it may be shown: control characters and those that change the direction of text are replaced, and what can't be seen. */
export function shown(name: string): string {
  if (name.trim() === '') return '␣'.repeat(name.length)
  return name.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '\ufffd')
}
