/** At most `longest` characters of a text, as a copy: a part of a longer string would keep all of it in memory. */
export function keepText(text: string, longest: number): string {
  return copyOf(text.slice(0, longest))
}

/** As the name of a property a string is flat, and one for all that are equal. */
export function copyOf(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string
}
