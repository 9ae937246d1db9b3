import { format, isSafe } from '@cb/checks'
import { maxNoteLength } from './note-length.ts'

/** Why an operator acts, in their words. @throws TypeError unless it is text on one line. */
export function checkNote(note: unknown): string {
  if (typeof note === 'string' && note.trim() !== '' && note.length <= maxNoteLength && isSafe(note)) return note
  throw new TypeError(`note must be 1 to ${maxNoteLength} characters on one line, got ${format(note)}`)
}
