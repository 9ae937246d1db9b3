import { signal } from '@preact/signals'
import type { Head } from '../wire.ts'
import { shown, stateWord } from './words.ts'

/** What a screen reader says. */
export const announcement = signal('')

const mostNames = 3

export function announce(text: string): void {
  announcement.value = text
}

/** @param heads  of breakers whose state has changed. */
export function announceChanges(heads: readonly Head[]): void {
  if (heads.length === 0) return
  const [first] = heads as [Head]
  const words = heads.map(([, name, state]) => `${shown(name)} is ${stateWord(state)}`)
  if (heads.length === 1) announce(first[5] === null ? `${words[0]}` : `${shown(first[1])}: ${first[5]}`)
  else if (heads.length <= mostNames) announce(words.join('. '))
  else announce(`${heads.length} breakers changed their state`)
}
