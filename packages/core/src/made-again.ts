import { report } from './report.ts'

/** So many breakers of one name are no coincidence. */
const many = 1_000

/** How many breakers were made under each of the latest names; emptied when it holds too many names. */
const made = new Map<string, number>()

/**
 * Says once when breakers of the same name are made again and again, as happens where one is made for each request: it never
 * sees a second call, so it never opens.
 */
export function noticeRepetition(name: string): void {
  const count = (made.get(name) ?? 0) + 1
  if (made.size >= many) made.clear()
  made.set(name, count)
  if (count !== many) return
  report({}, name, `${many} breakers of this name were made. Make one and keep it: a new one never opens`)
}
