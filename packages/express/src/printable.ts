/**
 * Control characters, line separators, lone surrogates and what turns the direction of text: in a log or on a terminal they
 * forge lines and hide words.
 */
const unprintable = '\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Bidi_Control}'

/** A text that can be written to a log as it is. */
export function isPrintable(text: string): boolean {
  return !new RegExp(`[${unprintable}]`, 'u').test(text)
}

/** A text from outside as it may stand in a log: bounded, on one line. */
export function printable(text: string, most: number): string {
  return text.slice(0, most).replace(new RegExp(`[${unprintable}]`, 'gu'), '\ufffd')
}

const escaped = new RegExp(`[<>&${unprintable}]`, 'gu')

/** JSON that harms neither a terminal nor a page that it is put into. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(escaped, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
