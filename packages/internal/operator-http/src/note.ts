import { format, isSafe } from '@cb/checks'

/** Why an operator acts, in their words. @throws TypeError unless it is text on one line. */
export function checkNote(note: unknown, maxLength: number): string {
  if (typeof note === 'string' && note.trim() !== '' && note.length <= maxLength && isSafe(note)) return note
  throw new TypeError(`note must be 1 to ${maxLength} characters on one line, got ${format(note)}`)
}
