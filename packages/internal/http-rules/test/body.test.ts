import { expect, test } from 'vitest'
import { isBodyAwaited } from '../src/index.ts'

test.each<[number, string | undefined, unknown, boolean]>([
  [200, 'GET', 'text/plain', true],
  [200, undefined, undefined, true],
  [404, 'post', null, true],
  [206, 'GET', 'application/json', true],
  [200, 'head', 'text/plain', false],
  [101, 'GET', undefined, false],
  [204, 'GET', undefined, false],
  [304, 'GET', undefined, false],
  [200, 'GET', 'text/event-stream', false],
  [200, 'GET', ' Text/Event-Stream; charset=utf-8', false],
  [200, 'GET', 'text/event-stream-not', true],
])('the body of status %i to %s with content type %s is awaited: %s', (status, method, contentType, awaited) => {
  expect(isBodyAwaited(status, method, contentType)).toBe(awaited)
})
