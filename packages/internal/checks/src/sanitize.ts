/**
 * Control characters, halves of surrogate pairs, line separators and characters that change the direction of text. In a log or on a
 * terminal they forge lines and hide words; a protobuf decoder rejects some of them.
 */
const unsafe = '\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Bidi_Control}'

/** Whether a text can be written to a log unchanged. */
export function isSafe(text: string): boolean {
  return !new RegExp(`[${unsafe}]`, 'u').test(text)
}

/** Text from outside, cut to `maxLength` characters, with each unsafe one replaced by U+FFFD. */
export function sanitize(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(new RegExp(`[${unsafe}]`, 'gu'), '\ufffd')
}

/** JSON that is harmless on a terminal or within a page: unsafe characters and those of markup are escaped. */
export function safeJson(value: unknown): string {
  const escaped = new RegExp(`[<>&${unsafe}]`, 'gu')
  return JSON.stringify(value).replace(escaped, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
