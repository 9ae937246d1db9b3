import { expect, test } from 'vitest'
import { hasBody, isEventStream } from '../src/body.ts'

test.each<[number, string | undefined, boolean]>([
  [200, 'GET', true],
  [200, undefined, true],
  [404, 'post', true],
  [206, 'GET', true],
  [200, 'head', false],
  [101, 'GET', false],
  [204, 'GET', false],
  [304, 'GET', false],
])('the response of status %i to %s has a body: %s', (status, method, expected) => {
  expect(hasBody(status, method)).toBe(expected)
})

test.each<[unknown, boolean]>([
  ['text/event-stream', true],
  [' Text/Event-Stream; charset=utf-8', true],
  ['text/event-stream-not', false],
  ['text/plain', false],
  [undefined, false],
  [null, false],
])('content type %s is an event stream: %s', (contentType, expected) => {
  expect(isEventStream(contentType)).toBe(expected)
})
