/**
 * Removes what may be credentials: whatever is before the last `@`, from the user name on. A URL may be anywhere in the text and in any
 * spelling that some parser accepts: without a scheme, with backslashes, tabs or percent-encoding, with any character in the password.
 * So a text that only looks like that loses a part too. A single word before the `@`, as in an address for mail, stays, and so does an
 * `@` in the path of a URL without a port.
 */
export function withoutCredentials(text: string): string {
  if (!text.includes('@') && !text.includes('%')) return text
  const decoded = text.replace(/%(?:25)*(2f|3a|40|5c)/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  const cut = cutCredentials(decoded)
  return cut === decoded ? cutCredentials(text) : cut // the text itself, as a percent-encoded user may have a slash
}

function cutCredentials(text: string): string {
  const plain = text.replace(/[\t\r\n]/g, '') // a URL parser ignores them
  const end = plain.lastIndexOf('@') + 1
  const start = startOfCredentials(plain.slice(0, end))
  return start === undefined ? text : plain.slice(0, start) + plain.slice(end)
}

/** @param before  The text up to its last `@`. */
function startOfCredentials(before: string): number | undefined {
  const slashes = /[/\\]{2,}/.exec(before)
  // Of `user:password`, or of `https:user`, but not of `https://`, nor of a sentence.
  const colon = before.search(/(?:https?|wss?|ftp): |:(?! |[/\\]{2})/i)
  if (colon >= 0 && (slashes === null || colon < slashes.index)) {
    const word = before.lastIndexOf(' ', colon) + 1
    return before[word] === '/' ? before.lastIndexOf('/', colon) + 1 : word // a path, such as `/files/:id@2x`
  }
  if (slashes === null) return undefined
  const start = slashes.index + slashes[0].length
  return /:|[/\\]{2}|^[^/?#]*@/.test(before.slice(start)) ? start : undefined
}
