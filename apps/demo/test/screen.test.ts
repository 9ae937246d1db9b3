import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { expect, test } from 'vitest'
import { Screen } from '../src/screen.ts'

function screenOn(stream: object, environment: NodeJS.ProcessEnv = {}) {
  const out = Object.assign(new PassThrough(), stream) as unknown as WriteStream & PassThrough
  return { screen: new Screen(out, environment), read: () => String(out.read() ?? '') }
}

test('a terminal gets colours and a status line that is overwritten', () => {
  const { screen, read } = screenOn({ isTTY: true, columns: 12 })
  screen.print(screen.paint('red', 'FAULT'))
  screen.status('a line that is too long')
  screen.print('next')
  const dimmed = '\u001b[2ma line that\u001b[0m'
  expect(read()).toBe(`\u001b[31mFAULT\u001b[0m\n${dimmed}\r\u001b[Knext\n${dimmed}`)
})

test('with NO_COLOR there are no colours', () => {
  const { screen } = screenOn({ isTTY: true, columns: 80 }, { NO_COLOR: '1' })
  expect(screen.paint('red', 'FAULT')).toBe('FAULT')
})

test('a file gets plain lines only', () => {
  const { screen, read } = screenOn({})
  screen.status('now')
  screen.print(screen.paint('red', 'FAULT'))
  screen.endStatus()
  expect(read()).toBe('FAULT\n')
})

test.each([
  [
    '   5.9 s  OPEN      payment.read: 10 failures in a row (timeout); no calls for 2.6 s',
    '   5.9 s  OPEN      payment.read: 10 failures in a row (timeout);\n                    no calls for 2.6 s',
  ],
  [
    '          callers: 25 fallback after timeout (603 ms), 30 fast fallback (3.7 ms)',
    '          callers: 25 fallback after timeout (603 ms), 30 fast\n          fallback (3.7 ms)',
  ],
  ['a word of this many letters: '.padEnd(80, 'x'), `a word of this many letters:\n${'x'.repeat(51)}`],
  ['a line that is short enough', 'a line that is short enough'],
])('a terminal gets the line %j broken between words', (line, lines) => {
  const { screen, read } = screenOn({ isTTY: true, columns: 65 })
  screen.print(line)
  expect(read()).toBe(`${lines}\n`)
})

test('colours do not count when a line is broken', () => {
  const { screen, read } = screenOn({ isTTY: true, columns: 65 })
  const line = `   1.0 s  ${screen.paint('red', 'FAULT')}     ${'x'.repeat(45)}`
  screen.print(line)
  expect(read()).toBe(`${line}\n`)
})
