/**
 * Text as it may leave the process: at most so many characters, and none that a terminal would obey or a protobuf decoder refuse
 * (control characters, halves of a surrogate pair).
 */
export function legible(text: string, longest: number): string {
  return text.slice(0, longest).replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD')
}
