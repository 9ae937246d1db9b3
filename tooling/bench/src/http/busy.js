/** Half a millisecond of CPU, which tests add to a request to exceed the limit. */
export function busy() {
  for (const end = performance.now() + 0.5; performance.now() < end; );
}
