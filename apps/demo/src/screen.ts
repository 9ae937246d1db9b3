import type { WriteStream } from 'node:tty'
import { stripVTControlCharacters } from 'node:util'

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const
export type Colour = keyof typeof codes

/** Lines on a terminal with fewer columns are left to it. */
const narrowest = 60

/** Standard output: colours and a status line on a terminal, plain lines anywhere else. */
export class Screen {
  readonly isTerminal: boolean
  readonly #stream: WriteStream
  readonly #coloured: boolean
  #status = ''

  constructor(stream: WriteStream, environment: NodeJS.ProcessEnv) {
    this.#stream = stream
    this.isTerminal = stream.isTTY === true
    this.#coloured = this.isTerminal && !environment['NO_COLOR']
  }

  print(line = ''): void {
    this.#stream.write(`${this.#erase()}${this.#wrap(line)}\n${this.#status}`)
  }

  /** On a terminal: breaks a line between words, but not before a unit, and continues under the text that stands after its margin. */
  #wrap(line: string): string {
    const { columns } = this.#stream
    if (!this.isTerminal || columns < narrowest || stripVTControlCharacters(line).length <= columns) return line
    const [margin = ''] = /^.{0,24} {2}(?=\S)|^ */.exec(stripVTControlCharacters(line)) ?? []
    const lines: string[] = []
    for (const word of line.split(/(?<=\S) (?=\S)(?!m?s\b)/)) {
      const last = lines.at(-1)
      if (last !== undefined && stripVTControlCharacters(`${last} ${word}`).length <= columns)
        lines[lines.length - 1] = `${last} ${word}`
      else lines.push(last === undefined ? word : ' '.repeat(margin.length) + word)
    }
    return lines.join('\n')
  }

  /** A last line that later output overwrites; only on a terminal. */
  status(line: string): void {
    if (!this.isTerminal) return
    const erase = this.#erase()
    this.#status = this.paint('dim', line.slice(0, this.#stream.columns - 1))
    this.#stream.write(erase + this.#status)
  }

  endStatus(): void {
    this.#stream.write(this.#erase())
    this.#status = ''
  }

  paint(colour: Colour, text: string): string {
    return this.#coloured ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text
  }

  #erase(): string {
    return this.#status === '' ? '' : '\r\u001b[K'
  }
}
