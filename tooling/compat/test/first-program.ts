import { readFileSync } from 'node:fs'

/** What a README tells a newcomer to do first. */
export interface FirstProgram {
  /** What it says to install. */
  readonly dependencies: readonly string[]
  /** The name under which it says to save the program. */
  readonly file: string
  readonly code: string
  /** The lines that it says the program prints. */
  readonly prints: readonly string[]
  /** Whether the program prints other lines too, between these. */
  readonly amongOthers: boolean
}

/** Reads the commands, the name of the file, the program and its output as a person would: from above. */
export function firstProgram(readme: string): FirstProgram {
  const text = readFileSync(readme, 'utf8')
  const [, before = '', code = '', after = ''] = /^(.*?)```js\n(.*?)```\n(.*)$/s.exec(text) ?? []
  const [, file] = /Save this as `([^`]+)`[^\n]* run `node \1`/.exec(before) ?? []
  if (file === undefined) throw new Error(`${readme} does not say where to save its first program and how to run it`)
  const commands = [...before.matchAll(/^npm install ([^#\n]+)/gm)].map(([, names = '']) => names.trim().split(' '))
  const [, others, block] = /^\s*It prints(, among others)?:?\s+```text\n(.*?)\n```/s.exec(after) ?? []
  const comments = [...code.matchAll(/\/\/ → (.*)/g)].map(([, line = '']) => line)
  const prints = block?.split('\n') ?? comments
  return { dependencies: commands.flat(), file, code, prints, amongOthers: others !== undefined }
}
